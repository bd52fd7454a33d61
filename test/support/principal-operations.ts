import { graphql } from './generated/gql.js';

export const ReadAuthors = graphql(`
  query ReadAuthors($id: ID!) {
    dataset(id: $id) {
      createdBy {
        __typename
        id
        name
        kind
        handle
      }
      views {
        createdBy {
          __typename
          id
          name
          kind
          handle
        }
      }
      members(first: 100) {
        edges {
          node {
            addedBy {
              __typename
              id
              name
              kind
              handle
            }
          }
        }
      }
    }
  }
`);

export const ReadAuthorsByKind = graphql(`
  query ReadAuthorsByKind($id: ID!) {
    dataset(id: $id) {
      createdBy {
        ... on User {
          name
          email
        }
        ... on ServiceAccount {
          name
          handle
        }
      }
      views {
        createdBy {
          name
          ... on User {
            email
          }
        }
      }
      members(first: 100) {
        edges {
          node {
            addedBy {
              ... on Node {
                id
              }
              ... on User {
                email
              }
            }
          }
        }
      }
    }
  }
`);

export const ReadGrantees = graphql(`
  query ReadGrantees($id: ID!) {
    dataset(id: $id) {
      members(first: 100) {
        edges {
          node {
            grantee {
              ... on Principal {
                name
                kind
                handle
              }
              ... on Group {
                name
              }
            }
          }
        }
      }
    }
  }
`);

export const ReadHistoryParties = graphql(`
  query ReadHistoryParties($id: ID!) {
    dataset(id: $id) {
      history(first: 100) {
        totalCount
        edges {
          node {
            action
            subject {
              id
              name
              kind
              handle
            }
            actor {
              id
              name
              kind
              handle
            }
          }
        }
      }
    }
  }
`);

export const ReadAuditParties = graphql(`
  query ReadAuditParties($first: Int, $filter: AuditFilter) {
    auditLog(first: $first, filter: $filter) {
      edges {
        node {
          id
          subject {
            __typename
            id
            name
            kind
            handle
          }
          actor {
            name
            ... on User {
              email
            }
          }
        }
      }
    }
  }
`);

export const ListAuthors = graphql(`
  query ListAuthors($first: Int) {
    datasets(first: $first) {
      edges {
        node {
          createdBy {
            name
          }
          members(first: 10) {
            edges {
              node {
                addedBy {
                  name
                }
              }
            }
          }
          views {
            createdBy {
              name
            }
          }
        }
      }
    }
  }
`);

export const ListAuthorsByKind = graphql(`
  query ListAuthorsByKind($first: Int) {
    datasets(first: $first) {
      edges {
        node {
          createdBy {
            kind
            handle
            ... on User {
              email
            }
          }
          again: createdBy {
            __typename
            ... on User {
              name
              status
              roles {
                name
              }
            }
          }
          members(first: 10) {
            edges {
              node {
                addedBy {
                  name
                  ... on User {
                    email
                  }
                  ... on ServiceAccount {
                    id
                  }
                }
              }
            }
          }
          views {
            createdBy {
              handle
            }
          }
        }
      }
    }
  }
`);

export const RequiredPermissions = graphql(`
  query RequiredPermissions($document: String!, $operationName: String, $variables: JSONObject) {
    requiredPermissions(document: $document, operationName: $operationName, variables: $variables) {
      permissions
      takesSignIn
      canBeDelegated
      accountRoles
      datasetRole
      flowRole
      conditions
      fields {
        path
        coordinate
        rule
        permissions
        orSelf
      }
    }
  }
`);
