import { graphql } from './generated/gql.js';

export const Me = graphql(`
  query Me {
    me {
      user {
        id
        name
        email
        status
        roles {
          name
        }
      }
      account {
        slug
      }
      permissions
      sessions {
        totalCount
        edges {
          node {
            id
            isCurrent
          }
        }
      }
    }
  }
`);

export const SignIn = graphql(`
  mutation SignIn($input: SignInInput!) {
    signIn(input: $input) {
      token
      expiresAt
    }
  }
`);

export const SignOut = graphql(`
  mutation SignOut {
    signOut {
      sessionId
    }
  }
`);

export const RevokeSession = graphql(`
  mutation RevokeSession($input: RevokeSessionInput!) {
    revokeSession(input: $input) {
      sessionId
    }
  }
`);

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

export const GetDatasetMembers = graphql(`
  query GetDatasetMembers($id: ID!, $first: Int, $after: String) {
    dataset(id: $id) {
      name
      members(first: $first, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            id
            role
            addedAt
            addedBy {
              name
            }
            grantee {
              __typename
              ... on User {
                id
                name
                email
              }
              ... on Group {
                id
                name
              }
              ... on ServiceAccount {
                id
                name
                handle
              }
            }
          }
        }
      }
    }
  }
`);

export const GetShareSettings = graphql(`
  query GetShareSettings($id: ID!) {
    dataset(id: $id) {
      shareSettings {
        assignableRoles
        openedByOverride
        isOrphaned
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

export const AddDatasetMember = graphql(`
  mutation AddDatasetMember($input: AddDatasetMemberInput!) {
    addDatasetMember(input: $input) {
      dataset {
        id
      }
    }
  }
`);

export const ChangeDatasetMemberRole = graphql(`
  mutation ChangeDatasetMemberRole($input: ChangeDatasetMemberRoleInput!) {
    changeDatasetMemberRole(input: $input) {
      dataset {
        id
      }
    }
  }
`);

export const RemoveDatasetMember = graphql(`
  mutation RemoveDatasetMember($input: RemoveDatasetMemberInput!) {
    removeDatasetMember(input: $input) {
      dataset {
        id
      }
    }
  }
`);

export const LeaveDataset = graphql(`
  mutation LeaveDataset($input: LeaveDatasetInput!) {
    leaveDataset(input: $input) {
      dataset {
        id
      }
    }
  }
`);

export const AssumeDatasetRole = graphql(`
  mutation AssumeDatasetRole($input: AssumeDatasetRoleInput!) {
    assumeDatasetRole(input: $input) {
      dataset {
        id
        access {
          role
          via
        }
      }
    }
  }
`);

export const ReadAuditLog = graphql(`
  query ReadAuditLog($first: Int, $after: String, $filter: AuditFilter) {
    auditLog(first: $first, after: $after, filter: $filter) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          id
          action
          outcome
          via
          code
          denial
          before
          after
          credentialKind
          ipAddress
          userAgent
          requestId
          subject {
            id
          }
          actor {
            id
          }
          target {
            type
            id
          }
        }
      }
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

export const PageMembers = graphql(`
  query PageMembers($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    dataset(id: $id) {
      name
      members(first: $first, after: $after, last: $last, before: $before) {
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
          }
        }
      }
    }
  }
`);

export const ListMembersTwice = graphql(`
  query ListMembersTwice($first: Int) {
    datasets(first: $first) {
      edges {
        node {
          id
          one: members(first: 1) {
            totalCount
            edges {
              node {
                id
              }
            }
          }
          two: members(first: 2) {
            edges {
              node {
                id
                role
              }
            }
          }
        }
      }
    }
  }
`);

export const ListDatasetMembers = graphql(`
  query ListDatasetMembers($first: Int) {
    datasets(first: $first) {
      edges {
        node {
          id
          members(first: 10) {
            totalCount
            edges {
              node {
                id
                role
              }
            }
          }
        }
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

export const ChangeRoleAndLook = graphql(`
  mutation ChangeRoleAndLook($input: ChangeDatasetMemberRoleInput!) {
    changeDatasetMemberRole(input: $input) {
      dataset {
        name
        access {
          role
        }
        settings {
          exportPolicy
        }
        shareSettings {
          assignableRoles
        }
        members {
          totalCount
        }
      }
    }
  }
`);

export const ChangeRoleAndRename = graphql(`
  mutation ChangeRoleAndRename(
    $change: ChangeDatasetMemberRoleInput!
    $rename: RenameDatasetInput!
  ) {
    changeDatasetMemberRole(input: $change) {
      dataset {
        name
      }
    }
    renameDataset(input: $rename) {
      dataset {
        name
      }
    }
  }
`);

export const AssumeRoleAndRename = graphql(`
  mutation AssumeRoleAndRename($assume: AssumeDatasetRoleInput!, $rename: RenameDatasetInput!) {
    assumeDatasetRole(input: $assume) {
      dataset {
        name
      }
    }
    renameDataset(input: $rename) {
      dataset {
        name
      }
    }
  }
`);

export const LeaveDatasetAndSignOut = graphql(`
  mutation LeaveDatasetAndSignOut($input: LeaveDatasetInput!) {
    leaveDataset(input: $input) {
      dataset {
        name
      }
    }
    signOut {
      sessionId
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
