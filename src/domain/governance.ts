import type { Prisma } from '../db/generated/client.js';

const DAY = 86_400_000;

/** Active people who have not signed in for so many days; who never did counts from the day they came. */
export function inactiveSince(now: Date, days: number) {
  const before = new Date(now.getTime() - days * DAY);
  return {
    status: 'ACTIVE',
    OR: [{ lastSignedInAt: { lt: before } }, { lastSignedInAt: null, addedAt: { lt: before } }],
  } satisfies Prisma.UserWhereInput;
}

/** Roles of the account's own that give nobody anything. */
export const UNUSED_ROLES = {
  builtIn: null,
  assignments: { none: {} },
  children: { none: {} },
} satisfies Prisma.RoleWhereInput;
