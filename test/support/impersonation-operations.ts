import { graphql } from './generated/gql.js';

export const GrantImpersonation = graphql(`
  mutation GrantImpersonation($input: GrantImpersonationInput!) {
    grantImpersonation(input: $input) {
      grant {
        id
        isLive
        reason
        expiresAt
        sharedResource
        flow {
          id
          kind
          name
        }
        serviceAccount {
          id
          handle
        }
        grantedBy {
          name
        }
      }
    }
  }
`);

export const RevokeImpersonation = graphql(`
  mutation RevokeImpersonation($input: RevokeImpersonationInput!) {
    revokeImpersonation(input: $input) {
      grantId
      use {
        operations
        people
        lastAt
        actions {
          action
          count
        }
      }
    }
  }
`);

export const ReadImpersonationSecurity = graphql(`
  query ReadImpersonationSecurity {
    impersonationSecurity {
      sharedResources {
        resource
        label
        grants {
          id
          serviceAccount {
            handle
          }
          reason
          grantedBy {
            name
          }
        }
      }
    }
  }
`);

export const ReadDatasetGrants = graphql(`
  query ReadDatasetGrants($id: ID!) {
    dataset(id: $id) {
      name
      impersonationGrants {
        id
        isLive
        serviceAccount {
          handle
        }
      }
    }
  }
`);

export const ReadParties = graphql(`
  query ReadParties {
    me {
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
      user {
        id
        email
      }
      permissions
    }
  }
`);

export const ReadOwnCredentials = graphql(`
  query ReadOwnCredentials {
    me {
      permissions
      sessions {
        totalCount
      }
      apiKeys {
        id
      }
      actedOnBehalf {
        totalCount
      }
    }
  }
`);

export const ReadActedOnBehalf = graphql(`
  query ReadActedOnBehalf($first: Int) {
    me {
      actedOnBehalf(first: $first) {
        totalCount
        edges {
          node {
            action
            outcome
            reason
            actor {
              name
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

export const ReadActionsAs = graphql(`
  query ReadActionsAs($id: ID!, $userId: ID!) {
    serviceAccount(id: $id) {
      actionsAs(userId: $userId) {
        totalCount
        edges {
          node {
            action
            outcome
            credentialKind
            credentialId
            reason
            subject {
              id
            }
            actor {
              id
            }
            grant {
              id
            }
          }
        }
      }
    }
  }
`);

export const ReadPerson = graphql(`
  query ReadPerson($id: ID!) {
    node(id: $id) {
      id
      ... on User {
        name
        email
        status
        roles {
          name
        }
      }
    }
  }
`);

export const MakeServiceAccount = graphql(`
  mutation MakeServiceAccount($input: CreateServiceAccountInput!) {
    createServiceAccount(input: $input) {
      serviceAccount {
        id
        handle
      }
    }
  }
`);

export const MakeAccessKey = graphql(`
  mutation MakeAccessKey($input: CreateAccessKeyInput!) {
    createAccessKey(input: $input) {
      key
      secret
      accessKey {
        id
        keyId
      }
    }
  }
`);

export const MakeApiKey = graphql(`
  mutation MakeApiKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      key
      secret
    }
  }
`);

export const SwitchAccessKey = graphql(`
  mutation SwitchAccessKey($input: SetAccessKeyActiveInput!) {
    setAccessKeyActive(input: $input) {
      accessKey {
        id
      }
    }
  }
`);

export const ReplaceAccessKey = graphql(`
  mutation ReplaceAccessKey($input: RotateAccessKeyInput!) {
    rotateAccessKey(input: $input) {
      key
    }
  }
`);

export const DropAccessKey = graphql(`
  mutation DropAccessKey($input: DeleteAccessKeyInput!) {
    deleteAccessKey(input: $input) {
      deletedId
    }
  }
`);

export const TurnServiceAccountOff = graphql(`
  mutation TurnServiceAccountOff($input: DisableServiceAccountInput!) {
    disableServiceAccount(input: $input) {
      serviceAccount {
        id
      }
    }
  }
`);

export const DropServiceAccount = graphql(`
  mutation DropServiceAccount($input: DeleteServiceAccountInput!) {
    deleteServiceAccount(input: $input) {
      stopped {
        impersonationGrants
      }
    }
  }
`);
