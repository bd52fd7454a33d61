import { graphql } from './generated/gql.js';

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
