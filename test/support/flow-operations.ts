import { graphql } from './generated/gql.js';

export const GetFlow = graphql(`
  query GetFlow($id: ID!) {
    flow(id: $id) {
      __typename
      id
      kind
      name
      description
      createdBy {
        name
      }
      access {
        role
        via
      }
    }
  }
`);

/** Of a process, what the rules of its own fields protect. */
export const GetProcess = graphql(`
  query GetProcess($id: ID!) {
    flow(id: $id) {
      id
      ... on Process {
        assignableRoles
        isOrphaned
        impersonationGrants {
          id
        }
      }
    }
  }
`);

export const GetAssignableRoles = graphql(`
  query GetAssignableRoles($id: ID!) {
    flow(id: $id) {
      ... on Process {
        assignableRoles
      }
    }
  }
`);

export const GetOrphaned = graphql(`
  query GetOrphaned($id: ID!) {
    flow(id: $id) {
      ... on Process {
        isOrphaned
      }
    }
  }
`);

export const GetFlowGrants = graphql(`
  query GetFlowGrants($id: ID!) {
    flow(id: $id) {
      ... on Process {
        impersonationGrants {
          id
        }
      }
    }
  }
`);

export const GetFlowMembers = graphql(`
  query GetFlowMembers($id: ID!, $first: Int, $after: String) {
    flow(id: $id) {
      ... on Process {
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
                }
                ... on Group {
                  id
                }
                ... on ServiceAccount {
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

export const ListFlows = graphql(`
  query ListFlows($first: Int, $after: String, $filter: FlowFilter, $orderBy: FlowOrder) {
    flows(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          __typename
          id
          name
        }
      }
    }
  }
`);

export const ListFlowsWhole = graphql(`
  query ListFlowsWhole($first: Int) {
    flows(first: $first) {
      totalCount
      edges {
        node {
          id
          kind
          name
          description
          createdAt
          updatedAt
          createdBy {
            name
          }
          access {
            role
            via
          }
          ... on Process {
            assignableRoles
            isOrphaned
            impersonationGrants {
              id
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
                    ... on User {
                      name
                    }
                    ... on Group {
                      name
                    }
                  }
                }
              }
            }
          }
          ... on Board {
            isOrphaned
            members(first: 5) {
              totalCount
              edges {
                node {
                  role
                }
              }
            }
          }
        }
      }
    }
  }
`);

export const CreateFlow = graphql(`
  mutation CreateFlow($input: CreateFlowInput!) {
    createFlow(input: $input) {
      flow {
        __typename
        id
        kind
        name
        description
        createdBy {
          name
        }
        access {
          role
          via
        }
      }
    }
  }
`);

export const RenameFlow = graphql(`
  mutation RenameFlow($input: RenameFlowInput!) {
    renameFlow(input: $input) {
      flow {
        id
        name
      }
    }
  }
`);

export const DescribeFlow = graphql(`
  mutation DescribeFlow($input: DescribeFlowInput!) {
    describeFlow(input: $input) {
      flow {
        id
        description
      }
    }
  }
`);

export const DeleteFlow = graphql(`
  mutation DeleteFlow($input: DeleteFlowInput!) {
    deleteFlow(input: $input) {
      deletedId
    }
  }
`);

export const AddFlowMember = graphql(`
  mutation AddFlowMember($input: AddFlowMemberInput!) {
    addFlowMember(input: $input) {
      flow {
        id
      }
    }
  }
`);

export const ChangeFlowMemberRole = graphql(`
  mutation ChangeFlowMemberRole($input: ChangeFlowMemberRoleInput!) {
    changeFlowMemberRole(input: $input) {
      flow {
        id
      }
    }
  }
`);

export const RemoveFlowMember = graphql(`
  mutation RemoveFlowMember($input: RemoveFlowMemberInput!) {
    removeFlowMember(input: $input) {
      flow {
        id
      }
    }
  }
`);

export const LeaveFlow = graphql(`
  mutation LeaveFlow($input: LeaveFlowInput!) {
    leaveFlow(input: $input) {
      flow {
        id
      }
    }
  }
`);

export const AssumeFlowRole = graphql(`
  mutation AssumeFlowRole($input: AssumeFlowRoleInput!) {
    assumeFlowRole(input: $input) {
      flow {
        id
        access {
          role
          via
        }
      }
    }
  }
`);
