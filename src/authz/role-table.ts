import type { AccountPermission } from './permissions.js';

/** Every role that a membership can have, strongest first. A dataset and another flow have some of them each. */
export const MEMBER_ROLES = ['OWNER', 'ADMIN', 'EDITOR', 'MEMBER', 'VIEWER', 'NONE'] as const;

export type MemberRole = (typeof MEMBER_ROLES)[number];

/** What a cell may demand beyond the role; `decide` looks each up in the facts. */
export const CONDITIONS = {
  ownView: 'only views they own',
  targetNotAdmin: 'never of an Admin',
  targetNotOwner: 'never of an Owner',
  existingFields: 'only into fields that exist',
  limitedExecution: 'limited',
} as const;

export type Condition = keyof typeof CONDITIONS;

/** Allowed, refused, or allowed under one condition. */
export type Cell = boolean | Condition;

/** One line of a table: what it is called, and who can do it. */
export type Row<Role extends MemberRole> = Readonly<Record<Role, Cell>> & {
  readonly label: string;
  /** Whether a Super Admin may do it without a role of their own. */
  readonly override: boolean;
  /** The account permission that allows it to whoever holds no role of their own, where sharing is not the only way in. */
  readonly byDefault?: AccountPermission | undefined;
};
