import { graphql } from './generated/gql.js';

export const RequestAccess = graphql(`
  mutation RequestAccess($input: RequestAccessInput!) {
    requestAccess(input: $input) {
      accessRequest {
        id
        requester {
          id
          name
        }
        operation
        permissions
        on {
          id
          kind
          name
        }
        wantedRole
        memberRole
        accountRole
        note
        state
        decidedBy {
          name
        }
        decidedAt
        answer
        createdAt
      }
    }
  }
`);

export const ApproveAccessRequest = graphql(`
  mutation ApproveAccessRequest($input: ApproveAccessRequestInput!) {
    approveAccessRequest(input: $input) {
      accessRequest {
        id
        state
        decidedBy {
          name
          kind
        }
        decidedAt
        answer
      }
    }
  }
`);

export const RefuseAccessRequest = graphql(`
  mutation RefuseAccessRequest($input: RefuseAccessRequestInput!) {
    refuseAccessRequest(input: $input) {
      accessRequest {
        id
        state
        decidedBy {
          name
        }
        answer
      }
    }
  }
`);

export const WithdrawAccessRequest = graphql(`
  mutation WithdrawAccessRequest($input: WithdrawAccessRequestInput!) {
    withdrawAccessRequest(input: $input) {
      accessRequest {
        id
        state
        decidedBy {
          name
        }
        answer
      }
    }
  }
`);

export const ReadAccessRequest = graphql(`
  query ReadAccessRequest($id: ID!) {
    accessRequest(id: $id) {
      id
      state
      wantedRole
      note
      answer
      requester {
        name
      }
      on {
        id
        name
      }
      decidedBy {
        name
      }
    }
  }
`);

export const ListAccessRequests = graphql(`
  query ListAccessRequests($filter: AccessRequestFilter, $first: Int, $after: String) {
    accessRequests(filter: $filter, first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          id
          state
          wantedRole
          requester {
            name
          }
          on {
            id
            name
          }
          decidedBy {
            name
          }
        }
      }
    }
  }
`);
