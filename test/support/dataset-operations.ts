import { graphql } from './generated/gql.js';

export const GetDataset = graphql(`
  query GetDataset($id: ID!) {
    dataset(id: $id) {
      id
      name
      description
      access {
        role
        via
      }
    }
  }
`);

export const GetDatasetSettings = graphql(`
  query GetDatasetSettings($id: ID!) {
    dataset(id: $id) {
      views {
        id
        name
      }
      settings {
        downloadPolicy
        printPolicy
        exportPolicy
        defaultView {
          id
          name
        }
      }
    }
  }
`);

export const ListDatasets = graphql(`
  query ListDatasets(
    $first: Int
    $after: String
    $last: Int
    $before: String
    $filter: DatasetFilter
    $orderBy: DatasetOrder = NAME_ASC
  ) {
    datasets(
      first: $first
      after: $after
      last: $last
      before: $before
      filter: $filter
      orderBy: $orderBy
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
          name
        }
      }
    }
  }
`);

export const ListDatasetsWhole = graphql(`
  query ListDatasetsWhole($first: Int) {
    datasets(first: $first) {
      totalCount
      edges {
        node {
          id
          name
          access {
            role
            via
          }
          createdBy {
            name
          }
          settings {
            exportPolicy
            defaultView {
              name
            }
          }
          views {
            name
          }
          shareSettings {
            isOrphaned
            assignableRoles
          }
          members(first: 10) {
            totalCount
            edges {
              node {
                role
                addedBy {
                  name
                }
                grantee {
                  __typename
                  ... on User {
                    name
                    email
                    status
                    roles {
                      name
                    }
                  }
                  ... on Group {
                    name
                  }
                  ... on ServiceAccount {
                    name
                    handle
                  }
                }
              }
            }
          }
        }
      }
    }
  }
`);

export const GetNode = graphql(`
  query GetNode($id: ID!) {
    node(id: $id) {
      __typename
      id
    }
  }
`);

export const CreateDataset = graphql(`
  mutation CreateDataset($input: CreateDatasetInput!) {
    createDataset(input: $input) {
      dataset {
        id
        name
        description
        access {
          role
          via
        }
      }
    }
  }
`);

export const RenameDataset = graphql(`
  mutation RenameDataset($input: RenameDatasetInput!) {
    renameDataset(input: $input) {
      dataset {
        id
        name
      }
    }
  }
`);

export const DescribeDataset = graphql(`
  mutation DescribeDataset($input: DescribeDatasetInput!) {
    describeDataset(input: $input) {
      dataset {
        id
        description
      }
    }
  }
`);

export const UpdateDatasetSettings = graphql(`
  mutation UpdateDatasetSettings($input: UpdateDatasetSettingsInput!) {
    updateDatasetSettings(input: $input) {
      dataset {
        settings {
          downloadPolicy
          printPolicy
          exportPolicy
          defaultView {
            id
          }
        }
      }
    }
  }
`);

export const DeleteDataset = graphql(`
  mutation DeleteDataset($input: DeleteDatasetInput!) {
    deleteDataset(input: $input) {
      deletedId
    }
  }
`);

export const GetDatasetWhole = graphql(`
  query GetDatasetWhole($id: ID!) {
    dataset(id: $id) {
      id
      name
      description
      createdAt
      updatedAt
      createdBy {
        id
      }
      access {
        role
        via
      }
      views {
        name
      }
      settings {
        exportPolicy
      }
      shareSettings {
        assignableRoles
        openedByOverride
        isOrphaned
      }
      members {
        totalCount
      }
    }
  }
`);

export const CreateDatasetAndLook = graphql(`
  mutation CreateDatasetAndLook($input: CreateDatasetInput!) {
    createDataset(input: $input) {
      dataset {
        id
        name
        description
        createdBy {
          id
        }
        access {
          role
          via
        }
        settings {
          downloadPolicy
          printPolicy
          exportPolicy
          defaultView {
            id
          }
        }
        members {
          totalCount
          edges {
            node {
              role
              addedBy {
                id
              }
              grantee {
                ... on User {
                  id
                }
              }
            }
          }
        }
      }
    }
  }
`);

export const GetTwoDatasets = graphql(`
  query GetTwoDatasets($one: ID!, $other: ID!) {
    one: dataset(id: $one) {
      name
      members {
        totalCount
      }
    }
    again: dataset(id: $one) {
      name
      shareSettings {
        openedByOverride
      }
    }
    other: dataset(id: $other) {
      name
    }
  }
`);
