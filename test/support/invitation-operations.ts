import { graphql } from './generated/gql.js';

export const InviteUser = graphql(`
  mutation InviteUser($input: InviteUserInput!) {
    inviteUser(input: $input) {
      invitation {
        id
        email
        state
        delivery
        deliveryProblem
        createdAt
        sentAt
        expiresAt
        role {
          name
        }
        groups {
          id
        }
        invitedBy {
          name
        }
        remedies {
          kind
          who
          how
        }
      }
    }
  }
`);

export const ResendInvitation = graphql(`
  mutation ResendInvitation($input: ResendInvitationInput!) {
    resendInvitation(input: $input) {
      invitation {
        id
        state
        delivery
        sentAt
        expiresAt
      }
    }
  }
`);

export const RevokeInvitation = graphql(`
  mutation RevokeInvitation($input: RevokeInvitationInput!) {
    revokeInvitation(input: $input) {
      invitation {
        id
        state
        remedies {
          kind
        }
      }
    }
  }
`);

export const ListInvitations = graphql(`
  query ListInvitations($first: Int, $after: String, $filter: InvitationFilter) {
    invitations(first: $first, after: $after, filter: $filter) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          id
          email
          state
          delivery
          deliveryProblem
          invitedBy {
            name
          }
        }
      }
    }
  }
`);

export const PreviewInvitation = graphql(`
  query PreviewInvitation($token: String!) {
    invitationPreview(token: $token) {
      accountName
      email
      inviterName
      expiresAt
    }
  }
`);

export const AcceptInvitation = graphql(`
  mutation AcceptInvitation($input: AcceptInvitationInput!) {
    acceptInvitation(input: $input) {
      email
      account
    }
  }
`);

export const ChangePassword = graphql(`
  mutation ChangePassword($input: ChangePasswordInput!) {
    changePassword(input: $input) {
      signedOut
    }
  }
`);

export const RequestPasswordReset = graphql(`
  mutation RequestPasswordReset($input: RequestPasswordResetInput!) {
    requestPasswordReset(input: $input) {
      minutes
    }
  }
`);

export const ResetPassword = graphql(`
  mutation ResetPassword($input: ResetPasswordInput!) {
    resetPassword(input: $input) {
      signedOut
    }
  }
`);
