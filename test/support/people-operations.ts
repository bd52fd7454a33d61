import { graphql } from './generated/gql.js';

export const UpdateUser = graphql(`
  mutation UpdateUser($input: UpdateUserInput!) {
    updateUser(input: $input) {
      user {
        id
        name
        email
      }
    }
  }
`);

export const UpdateProfile = graphql(`
  mutation UpdateProfile($input: UpdateProfileInput!) {
    updateProfile(input: $input) {
      user {
        id
        name
        email
      }
    }
  }
`);

export const AssignRoles = graphql(`
  mutation AssignRoles($input: AssignRolesInput!) {
    assignRoles(input: $input) {
      user {
        id
        roles {
          id
          name
        }
      }
    }
  }
`);

export const SuspendUser = graphql(`
  mutation SuspendUser($input: SuspendUserInput!) {
    suspendUser(input: $input) {
      user {
        id
        status
      }
    }
  }
`);

export const ReactivateUser = graphql(`
  mutation ReactivateUser($input: ReactivateUserInput!) {
    reactivateUser(input: $input) {
      user {
        id
        status
      }
    }
  }
`);

export const RemoveUser = graphql(`
  mutation RemoveUser($input: RemoveUserInput!) {
    removeUser(input: $input) {
      removedId
      removed {
        sessions
        apiKeys
        groups
        memberships
        orphanedFlows
      }
    }
  }
`);

export const PreviewRoleChange = graphql(`
  query PreviewRoleChange($userId: ID!, $roleIds: [ID!]!) {
    previewRoleChange(userId: $userId, roleIds: $roleIds) {
      gained
      lost
      flowsLost
    }
  }
`);

export const CreateRole = graphql(`
  mutation CreateRole($input: CreateRoleInput!) {
    createRole(input: $input) {
      role {
        id
        name
        description
        isBuiltIn
        ownPermissions
        permissions
        parents {
          id
        }
      }
    }
  }
`);

export const UpdateRole = graphql(`
  mutation UpdateRole($input: UpdateRoleInput!) {
    updateRole(input: $input) {
      affectedPeople
      role {
        id
        name
        description
        ownPermissions
        permissions
        parents {
          id
        }
      }
    }
  }
`);

export const DeleteRole = graphql(`
  mutation DeleteRole($input: DeleteRoleInput!) {
    deleteRole(input: $input) {
      deletedId
      affected {
        people
        roles
        invitations
      }
    }
  }
`);

export const UpdateAccount = graphql(`
  mutation UpdateAccount($input: UpdateAccountInput!) {
    updateAccount(input: $input) {
      account {
        name
        plan
        invitationDays
        reviewDays
      }
    }
  }
`);

export const ChangePlan = graphql(`
  mutation ChangePlan($input: ChangePlanInput!) {
    changePlan(input: $input) {
      account {
        plan
      }
    }
  }
`);

export const GetUser = graphql(`
  query GetUser($id: ID!) {
    user(id: $id) {
      id
      name
      email
      status
      lastSignedInAt
      addedAt
      addedVia
      addedBy {
        id
      }
      roles {
        id
        name
      }
    }
  }
`);

export const ListUsers = graphql(`
  query ListUsers(
    $first: Int
    $after: String
    $last: Int
    $before: String
    $filter: UserFilter
    $orderBy: UserOrder
  ) {
    users(
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
          email
          status
          lastSignedInAt
          roles {
            name
            isBuiltIn
          }
        }
      }
    }
  }
`);

export const GetRole = graphql(`
  query GetRole($id: ID!) {
    role(id: $id) {
      id
      name
      description
      isBuiltIn
      ownPermissions
      permissions
      parents {
        id
        name
      }
    }
  }
`);

export const ListRoles = graphql(`
  query ListRoles($first: Int, $after: String, $last: Int, $before: String) {
    roles(first: $first, after: $after, last: $last, before: $before) {
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
          permissions
        }
      }
    }
  }
`);

export const ListRolesDeeply = graphql(`
  query ListRolesDeeply($first: Int) {
    roles(first: $first) {
      edges {
        node {
          name
          isBuiltIn
          ownPermissions
          permissions
          parents {
            name
            permissions
          }
          holders(first: 2) {
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

export const ListHolders = graphql(`
  query ListHolders($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    role(id: $id) {
      holders(first: $first, after: $after, last: $last, before: $before) {
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
  }
`);

export const ReadAccountPermissions = graphql(`
  query ReadAccountPermissions {
    accountPermissions
  }
`);

export const ReadAccount = graphql(`
  query ReadAccount {
    me {
      account {
        name
        plan
        invitationDays
        reviewDays
      }
    }
  }
`);

export const ReadPlan = graphql(`
  query ReadPlan {
    me {
      account {
        name
        plan
      }
    }
  }
`);

export const ReadOwnProfile = graphql(`
  query ReadOwnProfile {
    me {
      permissions
      user {
        id
        name
        email
        status
        lastSignedInAt
        addedAt
        roles {
          name
        }
      }
      sessions {
        totalCount
      }
    }
  }
`);

export const LookAndDemote = graphql(`
  mutation LookAndDemote(
    $roles: AssignRolesInput!
    $profile: UpdateProfileInput!
    $settings: UpdateAccountInput!
  ) {
    before: updateProfile(input: $profile) {
      user {
        roles {
          name
          permissions
        }
      }
    }
    demoteMe: assignRoles(input: $roles) {
      user {
        id
      }
    }
    adminOnly: updateAccount(input: $settings) {
      account {
        name
      }
    }
    after: updateProfile(input: $profile) {
      user {
        roles {
          name
          permissions
        }
      }
    }
  }
`);
