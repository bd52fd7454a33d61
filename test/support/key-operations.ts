import { graphql } from './generated/gql.js';

export const CreateAccessKey = graphql(`
  mutation CreateAccessKey($input: CreateAccessKeyInput!) {
    createAccessKey(input: $input) {
      key
      secret
      accessKey {
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
        daysActive
        rotationRecommended
        successor {
          id
        }
      }
    }
  }
`);

export const RenameAccessKey = graphql(`
  mutation RenameAccessKey($input: RenameAccessKeyInput!) {
    renameAccessKey(input: $input) {
      accessKey {
        id
        name
      }
    }
  }
`);

export const SetAccessKeyActive = graphql(`
  mutation SetAccessKeyActive($input: SetAccessKeyActiveInput!) {
    setAccessKeyActive(input: $input) {
      accessKey {
        id
        status
      }
    }
  }
`);

export const RotateAccessKey = graphql(`
  mutation RotateAccessKey($input: RotateAccessKeyInput!) {
    rotateAccessKey(input: $input) {
      key
      secret
      accessKey {
        id
        keyId
        name
        status
        permissions
        expiresAt
        createdAt
      }
    }
  }
`);

export const DeleteAccessKey = graphql(`
  mutation DeleteAccessKey($input: DeleteAccessKeyInput!) {
    deleteAccessKey(input: $input) {
      deletedId
    }
  }
`);

export const CreateApiKey = graphql(`
  mutation CreateApiKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      key
      secret
      accessKey {
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
        daysActive
        rotationRecommended
        successor {
          id
        }
      }
    }
  }
`);

export const RenameApiKey = graphql(`
  mutation RenameApiKey($input: RenameApiKeyInput!) {
    renameApiKey(input: $input) {
      accessKey {
        id
        name
      }
    }
  }
`);

export const SetApiKeyActive = graphql(`
  mutation SetApiKeyActive($input: SetApiKeyActiveInput!) {
    setApiKeyActive(input: $input) {
      accessKey {
        id
        status
      }
    }
  }
`);

export const RotateApiKey = graphql(`
  mutation RotateApiKey($input: RotateApiKeyInput!) {
    rotateApiKey(input: $input) {
      key
      secret
      accessKey {
        id
        keyId
        name
        status
        permissions
        expiresAt
        createdAt
      }
    }
  }
`);

export const DeleteApiKey = graphql(`
  mutation DeleteApiKey($input: DeleteApiKeyInput!) {
    deleteApiKey(input: $input) {
      deletedId
    }
  }
`);

export const ReadOwnKeys = graphql(`
  query ReadOwnKeys {
    me {
      apiKeys {
        id
        kind
        keyId
        name
        status
        permissions
        expiresAt
        createdAt
        lastUsedAt
        lastUsedFrom
        rotationRecommended
        successor {
          id
        }
      }
    }
  }
`);

export const ReadSelf = graphql(`
  query ReadSelf {
    me {
      permissions
      user {
        name
      }
      subject {
        id
        name
        kind
        handle
      }
      actor {
        name
      }
    }
  }
`);
