import { graphql } from './generated/gql.js';

export const AddDatasetField = graphql(`
  mutation AddDatasetField($input: AddDatasetFieldInput!) {
    addDatasetField(input: $input) {
      field {
        id
        key
        name
        helpText
        type
        isRequired
        isUnique
        choices
        defaultValue
        position
      }
      dataset {
        fields {
          key
        }
      }
    }
  }
`);

export const UpdateDatasetField = graphql(`
  mutation UpdateDatasetField($input: UpdateDatasetFieldInput!) {
    updateDatasetField(input: $input) {
      field {
        id
        key
        name
        helpText
        type
        isRequired
        isUnique
        choices
        defaultValue
        position
      }
    }
  }
`);

export const RemoveDatasetField = graphql(`
  mutation RemoveDatasetField($input: RemoveDatasetFieldInput!) {
    removeDatasetField(input: $input) {
      removedId
      dataset {
        fields {
          key
          position
        }
      }
    }
  }
`);

export const MoveDatasetField = graphql(`
  mutation MoveDatasetField($input: MoveDatasetFieldInput!) {
    moveDatasetField(input: $input) {
      field {
        position
      }
      dataset {
        fields {
          key
        }
      }
    }
  }
`);

export const ListFields = graphql(`
  query ListFields($id: ID!) {
    dataset(id: $id) {
      fields {
        id
        key
        name
        helpText
        type
        isRequired
        isUnique
        choices
        defaultValue
        position
      }
    }
  }
`);

export const AddDatasetRows = graphql(`
  mutation AddDatasetRows($input: AddDatasetRowsInput!) {
    addDatasetRows(input: $input) {
      rows {
        id
        version
        values
      }
      dataset {
        rows {
          totalCount
        }
      }
    }
  }
`);

export const UpdateDatasetRows = graphql(`
  mutation UpdateDatasetRows($input: UpdateDatasetRowsInput!) {
    updateDatasetRows(input: $input) {
      rows {
        id
        version
        values
      }
    }
  }
`);

export const RemoveDatasetRows = graphql(`
  mutation RemoveDatasetRows($input: RemoveDatasetRowsInput!) {
    removeDatasetRows(input: $input) {
      removedIds
      dataset {
        rows {
          totalCount
        }
      }
    }
  }
`);

export const ListRows = graphql(`
  query ListRows(
    $id: ID!
    $first: Int
    $after: String
    $last: Int
    $before: String
    $filter: DatasetRowFilter
    $orderBy: [DatasetRowOrder!]
    $search: String
    $view: ID
  ) {
    dataset(id: $id) {
      rows(
        first: $first
        after: $after
        last: $last
        before: $before
        filter: $filter
        orderBy: $orderBy
        search: $search
        view: $view
      ) {
        totalCount
        pageInfo {
          hasNextPage
          hasPreviousPage
          startCursor
          endCursor
        }
        edges {
          cursor
          node {
            id
            version
            values
            createdAt
            updatedAt
          }
        }
      }
    }
  }
`);

export const CreateDatasetView = graphql(`
  mutation CreateDatasetView($input: CreateDatasetViewInput!) {
    createDatasetView(input: $input) {
      view {
        id
        name
        createdBy {
          id
        }
        configuration {
          filter
          orderBy {
            field
            direction
          }
          fields
        }
      }
    }
  }
`);

export const UpdateDatasetView = graphql(`
  mutation UpdateDatasetView($input: UpdateDatasetViewInput!) {
    updateDatasetView(input: $input) {
      view {
        id
        name
        createdBy {
          id
        }
        configuration {
          filter
          orderBy {
            field
            direction
          }
          fields
        }
      }
    }
  }
`);

export const DeleteDatasetView = graphql(`
  mutation DeleteDatasetView($input: DeleteDatasetViewInput!) {
    deleteDatasetView(input: $input) {
      deletedId
    }
  }
`);

export const ListViews = graphql(`
  query ListViews($id: ID!) {
    dataset(id: $id) {
      views {
        id
        name
        createdBy {
          id
        }
        configuration {
          filter
          orderBy {
            field
            direction
          }
          fields
        }
      }
    }
  }
`);

export const ReadHistory = graphql(`
  query ReadHistory($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    dataset(id: $id) {
      history(first: $first, after: $after, last: $last, before: $before) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          cursor
          node {
            id
            at
            action
            rowId
            values {
              name
              fieldId
              before
              after
            }
            subject {
              id
              name
            }
            actor {
              id
            }
          }
        }
      }
    }
  }
`);

export const DuplicateDataset = graphql(`
  mutation DuplicateDataset($input: DuplicateDatasetInput!) {
    duplicateDataset(input: $input) {
      dataset {
        id
        name
        access {
          role
        }
        fields {
          id
          key
          name
          helpText
          type
          isRequired
          isUnique
          choices
          defaultValue
          position
        }
        rows {
          totalCount
        }
      }
    }
  }
`);

export const ListDatasetContents = graphql(`
  query ListDatasetContents($first: Int) {
    datasets(first: $first) {
      edges {
        node {
          id
          fields {
            key
          }
          rows(first: 5) {
            totalCount
            edges {
              node {
                values
              }
            }
          }
        }
      }
    }
  }
`);
