import { graphql } from './generated/gql.js';

export const CreateServiceAccount = graphql(`
  mutation CreateServiceAccount($input: CreateServiceAccountInput!) {
    createServiceAccount(input: $input) {
      serviceAccount {
        id
        name
        kind
        handle
        purpose
        status
        createdBy {
          name
        }
        use {
          activeKeys
          memberships
        }
        dormantSince
      }
    }
  }
`);

export const UpdateServiceAccount = graphql(`
  mutation UpdateServiceAccount($input: UpdateServiceAccountInput!) {
    updateServiceAccount(input: $input) {
      serviceAccount {
        id
        name
        handle
        purpose
      }
    }
  }
`);

export const DisableServiceAccount = graphql(`
  mutation DisableServiceAccount($input: DisableServiceAccountInput!) {
    disableServiceAccount(input: $input) {
      serviceAccount {
        id
        status
      }
    }
  }
`);

export const EnableServiceAccount = graphql(`
  mutation EnableServiceAccount($input: EnableServiceAccountInput!) {
    enableServiceAccount(input: $input) {
      serviceAccount {
        id
        status
      }
    }
  }
`);

export const DeleteServiceAccount = graphql(`
  mutation DeleteServiceAccount($input: DeleteServiceAccountInput!) {
    deleteServiceAccount(input: $input) {
      deletedId
      stopped {
        activeKeys
        keysUsedLately
        memberships
        impersonationGrants
        flowsItAloneAdministers
      }
    }
  }
`);

export const GetServiceAccount = graphql(`
  query GetServiceAccount($id: ID!) {
    serviceAccount(id: $id) {
      id
      name
      handle
      purpose
      status
      createdBy {
        name
      }
      dormantSince
      use {
        activeKeys
        keysUsedLately
        memberships
        impersonationGrants
        flowsItAloneAdministers
      }
      accessKeys {
        id
        kind
        keyId
        name
        status
        permissions
        expiresAt
        createdAt
        createdBy {
          name
        }
        lastUsedAt
        lastUsedFrom
        daysActive
        rotationRecommended
        successor {
          id
        }
      }
    }
  }
`);

export const ListServiceAccounts = graphql(`
  query ListServiceAccounts($first: Int, $after: String, $search: String) {
    serviceAccounts(first: $first, after: $after, search: $search) {
      totalCount
      pageInfo {
        hasNextPage
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

export const ListServiceAccountsDeeply = graphql(`
  query ListServiceAccountsDeeply($first: Int) {
    serviceAccounts(first: $first) {
      totalCount
      edges {
        node {
          name
          handle
          status
          purpose
          dormantSince
          createdBy {
            name
          }
          use {
            activeKeys
            flowsItAloneAdministers
          }
          accessKeys {
            name
            rotationRecommended
            createdBy {
              name
            }
            successor {
              name
            }
          }
          auditLog(first: 2) {
            totalCount
            edges {
              node {
                action
                subject {
                  name
                }
              }
            }
          }
          associatedResources(first: 2) {
            totalCount
            edges {
              node {
                access
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

export const ReadProgramLog = graphql(`
  query ReadProgramLog($id: ID!, $first: Int, $after: String, $filter: AuditFilter) {
    serviceAccount(id: $id) {
      auditLog(first: $first, after: $after, filter: $filter) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            action
            outcome
            code
            after
            credentialKind
            credentialId
            requestId
            subject {
              name
              kind
              handle
            }
            target {
              type
              id
            }
          }
        }
      }
    }
  }
`);

export const ReadAssociatedResources = graphql(`
  query ReadAssociatedResources($id: ID!, $first: Int, $after: String, $access: AssociatedAccess) {
    serviceAccount(id: $id) {
      associatedResources(first: $first, after: $after, access: $access) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            access
            role
            sharedResource
            grantId
            expiresAt
            flow {
              id
              name
            }
          }
        }
      }
    }
  }
`);
