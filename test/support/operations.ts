import { graphql } from './generated/gql.js';

export * from './content-operations.js';
export * from './dataset-operations.js';
export * from './flow-operations.js';
export * from './group-operations.js';
export * from './governance-operations.js';
export * from './impersonation-operations.js';
export * from './invitation-operations.js';
export * from './key-operations.js';
export * from './member-operations.js';
export * from './people-operations.js';
export * from './principal-operations.js';
export * from './request-operations.js';
export * from './service-account-operations.js';
export * from './transfer-operations.js';

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
