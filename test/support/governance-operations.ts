import { graphql } from './generated/gql.js';

export const ReadOffboardingPlan = graphql(`
  query ReadOffboardingPlan($userId: ID!) {
    offboardingPlan(userId: $userId) {
      user {
        id
        name
      }
      goes {
        sessions
        apiKeys
        groups
        memberships
        orphanedFlows
      }
      soleAdminOf {
        id
        name
        kind
      }
    }
  }
`);

export const ReadLeftBehind = graphql(`
  query ReadLeftBehind($userId: ID!, $first: Int, $after: String) {
    offboardingPlan(userId: $userId) {
      serviceAccountKeys(first: $first, after: $after) {
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
      invitations(first: $first, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            id
            email
          }
        }
      }
      exports(first: $first, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            at
            kind
            format
            fileName
            fetchedAt
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

export const Offboard = graphql(`
  mutation Offboard($input: OffboardInput!) {
    offboard(input: $input) {
      removedId
      batchId
      removed {
        sessions
        apiKeys
        groups
        memberships
        orphanedFlows
      }
      handedOver
      invitations
      rotated {
        accessKeyId
        key
      }
      notRotatedIds
    }
  }
`);

export const ReadBatch = graphql(`
  query ReadBatch($batchId: String!, $first: Int) {
    auditLog(first: $first, filter: { batchId: $batchId }) {
      totalCount
      edges {
        node {
          action
          batchId
          before
          after
          target {
            type
            id
          }
        }
      }
    }
  }
`);

export const StartAccessReview = graphql(`
  mutation StartAccessReview($input: StartAccessReviewInput!) {
    startAccessReview(input: $input) {
      accessReview {
        id
        scope
        startedAt
        startedBy {
          name
        }
        dueAt
        isOverdue
        closedAt
        closedBy {
          name
        }
        progress {
          lines
          confirmed
          revoked
          undecided
        }
      }
    }
  }
`);

export const ReadAccessReview = graphql(`
  query ReadAccessReview(
    $id: ID!
    $first: Int
    $after: String
    $last: Int
    $before: String
    $filter: AccessReviewLineFilter
  ) {
    accessReview(id: $id) {
      id
      scope
      dueAt
      isOverdue
      closedAt
      closedBy {
        name
      }
      progress {
        lines
        confirmed
        revoked
        undecided
      }
      lines(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
          startCursor
        }
        edges {
          node {
            id
            kind
            holder {
              id
              name
            }
            holderName
            resourceName
            memberRole
            decision
            decidedBy {
              name
            }
            decidedAt
            outcome
          }
        }
      }
    }
  }
`);

export const ListAccessReviews = graphql(`
  query ListAccessReviews($first: Int, $after: String) {
    accessReviews(first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          id
          scope
        }
      }
    }
  }
`);

export const ListAccessReviewsDeeply = graphql(`
  query ListAccessReviewsDeeply($first: Int) {
    accessReviews(first: $first) {
      totalCount
      edges {
        node {
          scope
          startedBy {
            name
          }
          closedBy {
            name
          }
          progress {
            lines
            undecided
          }
          lines(first: 10) {
            totalCount
            edges {
              node {
                holderName
                holder {
                  name
                  kind
                }
                decidedBy {
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

export const DecideAccessReviewLines = graphql(`
  mutation DecideAccessReviewLines($input: DecideAccessReviewLinesInput!) {
    decideAccessReviewLines(input: $input) {
      accessReview {
        id
        progress {
          lines
          confirmed
          revoked
          undecided
        }
      }
    }
  }
`);

export const CloseAccessReview = graphql(`
  mutation CloseAccessReview($input: CloseAccessReviewInput!) {
    closeAccessReview(input: $input) {
      kept
      removed
      gone
      refused
      accessReview {
        id
        closedAt
        closedBy {
          name
        }
      }
    }
  }
`);

export const ListInactiveUsers = graphql(`
  query ListInactiveUsers($days: Int, $first: Int, $after: String) {
    governance {
      inactiveUsers(days: $days, first: $first, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            name
          }
        }
      }
    }
  }
`);

export const ListUnusedRoles = graphql(`
  query ListUnusedRoles($first: Int, $after: String) {
    governance {
      unusedRoles(first: $first, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            name
          }
        }
      }
    }
  }
`);

export const ReadNextReview = graphql(`
  query ReadNextReview {
    governance {
      nextAccessReviewDueAt
    }
  }
`);

export const ReadAccessMatrix = graphql(`
  query ReadAccessMatrix($search: String, $principalId: ID) {
    accessMatrix(search: $search, principalId: $principalId) {
      principalName
      roles {
        family
        role
        name
      }
      rows {
        coordinate
        type
        field
        rule
        cells {
          outcome
          on
        }
        principal {
          outcome
          on
        }
      }
    }
  }
`);
