import type { Permission } from './permissions.js';
import { ruleName } from './tables.js';

/**
 * The checks of a refusal, in the order in which a person would go through them: what the credential may be used for,
 * the three of acting as somebody else, and the four of the subject's own rights.
 */
export type CheckStep =
  | 'CREDENTIAL'
  | 'IMPERSONATION_GRANT'
  | 'IMPERSONATION_TARGET'
  | 'SUBJECT_RIGHTS'
  | 'ROLE'
  | 'ITEM_PERMISSION'
  | 'SUSPENSION'
  | 'TEAM_MEMBERSHIP';

export interface Check {
  readonly step: CheckStep;
  readonly ok: boolean;
  readonly fact: string;
}

export interface Remedy {
  readonly kind:
    | 'ASSUME_ROLE'
    | 'ASK_DATASET_ADMIN'
    | 'ASK_FLOW_OWNER'
    | 'ASK_ACCOUNT_ADMIN'
    | 'CHECK_WORKSPACE'
    | 'GRANT_IMPERSONATION'
    | 'SIGN_IN'
    | 'USE_ANOTHER_KEY';
  readonly who: string;
  readonly how: string;
  /** The mutation that does it, and its input as far as the refusal knows it. */
  readonly mutation?: string;
  readonly input?: Readonly<Record<string, unknown>>;
  /** What to do after it, step by step, as far as it is still refused then. */
  readonly next?: readonly Remedy[];
}

export type Reason =
  | 'ROLE_LACKS_PERMISSION'
  | 'NOT_A_MEMBER'
  | 'SUSPENDED'
  | 'OUTRANKED'
  | 'KEY_RESTRICTED'
  | 'SIGN_IN_REQUIRED'
  | 'NOT_COVERED'
  | 'NOT_A_TARGET'
  | 'NOT_DELEGABLE';

/** Why something was refused and what would help. It never names other people. */
export interface Denial {
  readonly permission: Permission | null;
  readonly rule: string;
  readonly reason: Reason;
  /** The subject's role where the rule looks: on the flow, or in the account. */
  readonly role: string | null;
  readonly checks: readonly Check[];
  readonly missing: readonly Permission[];
  readonly remedies: readonly Remedy[];
}

/** A denial of one permission. */
export function denialOf(
  permission: Permission,
  reason: Reason,
  rest: Pick<Denial, 'role' | 'checks' | 'remedies'>,
): Denial {
  return { permission, rule: ruleName(permission), reason, missing: [permission], ...rest };
}
