import type { Tx } from '../db/scoped.js';
import { DomainError } from '../errors.js';
import type { Change } from './change.js';

const PLANS = ['FREE', 'PRO', 'ENTERPRISE'] as const;

export type Plan = (typeof PLANS)[number];

/** What some plans do not include, and the least one that does. */
const INCLUDED_FROM = {
  'Roles of one’s own': 'ENTERPRISE',
  'Sharing with groups': 'ENTERPRISE',
} as const satisfies Record<string, Plan>;

/** Throws PLAN_REQUIRED unless the plan of the account includes it. What is there already stays. */
export async function assertIncluded(
  { tx, principal }: Pick<Change, 'principal'> & { readonly tx: Pick<Tx, 'account'> },
  feature: keyof typeof INCLUDED_FROM,
): Promise<void> {
  const { plan: has } = await tx.account.findUniqueOrThrow({
    where: { id: principal.accountId },
    select: { plan: true },
  });
  const plan = INCLUDED_FROM[feature];
  if (PLANS.indexOf(has) >= PLANS.indexOf(plan)) return;
  throw new DomainError(
    'PLAN_REQUIRED',
    `${feature}: the plan of this account (${has}) does not include it. Ask whoever manages billing for ${plan}.`,
    { plan, has },
  );
}

interface Settings {
  readonly name: string;
  readonly invitationDays: number;
  readonly reviewDays: number;
}

const SETTINGS = { name: true, invitationDays: true, reviewDays: true } as const;

/** Changes what is given and keeps the rest. */
export async function updateAccount(
  { tx, principal, record }: Change,
  changes: Partial<Settings>,
): Promise<void> {
  const id = principal.accountId;
  const before = await tx.account.findUniqueOrThrow({ where: { id }, select: SETTINGS });
  const after = await tx.account.update({ where: { id }, data: changes, select: SETTINGS });
  await record({ target: { type: 'Account', id }, before, after });
}

/** From now on; what the account made under another plan stays. */
export async function changePlan({ tx, principal, record }: Change, plan: Plan): Promise<void> {
  const id = principal.accountId;
  const select = { plan: true } as const;
  const before = await tx.account.findUniqueOrThrow({ where: { id }, select });
  await tx.account.update({ where: { id }, data: { plan } });
  await record({ target: { type: 'Account', id }, before, after: { plan } });
}
