import { graphql } from './generated/gql.js';

export const CreateGroup = graphql(`
  mutation CreateGroup($input: CreateGroupInput!) {
    createGroup(input: $input) {
      group {
        id
        name
      }
    }
  }
`);

export const RenameGroup = graphql(`
  mutation RenameGroup($input: RenameGroupInput!) {
    renameGroup(input: $input) {
      group {
        name
      }
    }
  }
`);

export const DeleteGroup = graphql(`
  mutation DeleteGroup($input: DeleteGroupInput!) {
    deleteGroup(input: $input) {
      deletedId
      affected {
        members
        flows
        invitations
      }
    }
  }
`);

export const AddGroupMembers = graphql(`
  mutation AddGroupMembers($input: AddGroupMembersInput!) {
    addGroupMembers(input: $input) {
      added
      unchanged
      group {
        name
      }
    }
  }
`);

export const RemoveGroupMembers = graphql(`
  mutation RemoveGroupMembers($input: RemoveGroupMembersInput!) {
    removeGroupMembers(input: $input) {
      removed
      unchanged
      orphanedFlows
      group {
        name
      }
    }
  }
`);

export const GetGroup = graphql(`
  query GetGroup($id: ID!) {
    group(id: $id) {
      id
      name
    }
  }
`);

export const GetGroupWhole = graphql(`
  query GetGroupWhole($id: ID!) {
    group(id: $id) {
      name
      members {
        totalCount
        edges {
          node {
            id
            name
          }
        }
      }
      memberships {
        totalCount
        edges {
          node {
            role
            flow {
              id
              name
              kind
            }
          }
        }
      }
    }
  }
`);

export const PageGroups = graphql(`
  query PageGroups($first: Int, $after: String, $last: Int, $before: String, $search: String) {
    groups(first: $first, after: $after, last: $last, before: $before, search: $search) {
      totalCount
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
      edges {
        node {
          id
          name
        }
      }
    }
  }
`);

export const PageGroupMembers = graphql(`
  query PageGroupMembers($id: ID!, $first: Int, $after: String) {
    group(id: $id) {
      members(first: $first, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            id
          }
        }
      }
    }
  }
`);

export const ListGroupsWhole = graphql(`
  query ListGroupsWhole($first: Int) {
    groups(first: $first) {
      totalCount
      edges {
        node {
          name
          members(first: 5) {
            totalCount
            edges {
              node {
                name
              }
            }
          }
          memberships(first: 5) {
            totalCount
            edges {
              node {
                role
                flow {
                  name
                }
              }
            }
          }
        }
      }
    }
  }
`);

export const ListUsersWithGroups = graphql(`
  query ListUsersWithGroups($first: Int) {
    users(first: $first) {
      edges {
        node {
          name
          groups(first: 5) {
            totalCount
            edges {
              node {
                name
              }
            }
          }
        }
      }
    }
  }
`);

export const GetUserGroups = graphql(`
  query GetUserGroups($id: ID!) {
    node(id: $id) {
      ... on User {
        groups {
          totalCount
          edges {
            node {
              id
              name
            }
          }
        }
      }
    }
  }
`);

export const ReadAccessOfDataset = graphql(`
  query ReadAccessOfDataset($id: ID!) {
    dataset(id: $id) {
      access {
        role
        via
        groups {
          id
          name
        }
      }
    }
  }
`);

export const ListAccess = graphql(`
  query ListAccess($first: Int) {
    datasets(first: $first) {
      edges {
        node {
          name
          access {
            role
            via
            groups {
              name
            }
          }
        }
      }
    }
  }
`);

export const GetSessionsOf = graphql(`
  query GetSessionsOf($id: ID!, $first: Int) {
    node(id: $id) {
      ... on User {
        sessions(first: $first) {
          totalCount
          edges {
            node {
              id
              signedInAt
              lastSeenAt
              device
              method
              isCurrent
            }
          }
        }
      }
    }
  }
`);

export const ReadAddresses = graphql(`
  query ReadAddresses($id: ID!) {
    node(id: $id) {
      ... on User {
        sessions {
          edges {
            node {
              ipAddress
              userAgent
            }
          }
        }
      }
    }
  }
`);

export const ListUsersWithSessions = graphql(`
  query ListUsersWithSessions($first: Int) {
    users(first: $first) {
      edges {
        node {
          name
          sessions(first: 5) {
            totalCount
            edges {
              node {
                device
                ipAddress
              }
            }
          }
        }
      }
    }
  }
`);

export const RevokeSessions = graphql(`
  mutation RevokeSessions($input: RevokeSessionsInput!) {
    revokeSessions(input: $input) {
      ended
    }
  }
`);
