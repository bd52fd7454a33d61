import { describe, expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import {
  ChangePlan,
  CreateRole,
  GetUser,
  ListRoles,
  ListUsers,
  ReadAccount,
  ReadAuditLog,
  ReadOwnProfile,
  ReadPlan,
  UpdateAccount,
} from '../support/operations.js';
import { personWith, ROLES, staff, userId } from '../support/people.js';
import { refusalIn } from '../support/table.js';

/** Who keeps the settings and the plan. */
const KEEPERS: readonly AccountRole[] = ['SUPER_ADMIN', 'ADMIN'];

describe('updateAccount', () => {
  test.each(ROLES)('as %s', async (role) => {
    const { by } = await staff();
    const result = await by[role].run(UpdateAccount, { input: { name: 'Acme' } });
    if (KEEPERS.includes(role)) expect(result).toSucceed();
    else expect(result).toBeDenied({ missing: 'accountSettings:write' });
  });

  test('changes what is given and keeps the rest, and audits both', async () => {
    const { superAdmin, here } = await staff();
    const result = await superAdmin.run(UpdateAccount, { input: { invitationDays: 3 } });
    const { account } = result.data?.updateAccount ?? {};
    expect(account).toMatchObject({ name: 'A workspace', plan: 'ENTERPRISE', invitationDays: 3 });
    await expect(result).toHaveAudited({
      action: 'account.updated',
      outcome: 'SUCCEEDED',
      via: 'ACCOUNT_ROLE',
      targetType: 'Account',
      targetId: here.accountId,
      before: expect.objectContaining({ name: 'A workspace' }) as unknown,
      after: { name: 'A workspace', invitationDays: 3, reviewDays: account?.reviewDays },
    });
    const input = { name: ' Acme ', invitationDays: null, reviewDays: 366 };
    const again = await superAdmin.run(UpdateAccount, { input });
    expect(again.data?.updateAccount?.account).toMatchObject({
      name: 'Acme',
      invitationDays: 3,
      reviewDays: 366,
    });
  });

  test('refuses input that breaks a rule, and says so in the log', async () => {
    const { superAdmin } = await staff();
    for (const input of [
      { name: '' },
      { name: 'x'.repeat(201) },
      { invitationDays: 0 },
      { invitationDays: 31 },
      { invitationDays: -1 },
      { reviewDays: 0 },
      { reviewDays: 367 },
    ]) {
      const result = await superAdmin.run(UpdateAccount, { input });
      expect(result, JSON.stringify(input)).toFail('INVALID_INPUT');
      await expect(result).toHaveAudited({ action: 'account.updated', outcome: 'REFUSED' });
    }
  });
});

describe('changePlan', () => {
  test.each(ROLES)('as %s', async (role) => {
    const { by } = await staff();
    const result = await by[role].run(ChangePlan, { input: { plan: 'PRO' } });
    if (KEEPERS.includes(role)) expect(result).toSucceed();
    else expect(result).toBeDenied({ missing: 'billing:manage' });
  });

  test('is in force at once, and audited', async () => {
    const { superAdmin, here } = await staff();
    const make = (name: string) => superAdmin.run(CreateRole, { input: { name } });
    expect(await make('One')).toSucceed();
    const result = await superAdmin.run(ChangePlan, { input: { plan: 'PRO' } });
    expect(result.data?.changePlan?.account?.plan).toBe('PRO');
    await expect(result).toHaveAudited({
      action: 'account.planChanged',
      targetType: 'Account',
      targetId: here.accountId,
      before: { plan: 'ENTERPRISE' },
      after: { plan: 'PRO' },
    });
    expect(await make('Two')).toFail('PLAN_REQUIRED');
    await superAdmin.run(ChangePlan, { input: { plan: 'ENTERPRISE' } });
    expect(await make('Two')).toSucceed();
  });

  test('leaves the other account alone', async () => {
    const [one, other] = [await staff(), await staff()];
    await one.superAdmin.run(ChangePlan, { input: { plan: 'FREE' } });
    await one.superAdmin.run(UpdateAccount, { input: { name: 'One' } });
    expect((await other.superAdmin.run(ReadPlan)).data?.me?.account).toEqual({
      name: 'A workspace',
      plan: 'ENTERPRISE',
    });
  });
});

describe('the settings', () => {
  test.each(ROLES)('as %s: everybody reads name and plan, few the rest', async (role) => {
    const { by } = await staff();
    const plan = await by[role].run(ReadPlan);
    expect(plan.data?.me?.account).toEqual({ name: 'A workspace', plan: 'ENTERPRISE' });
    const all = await by[role].run(ReadAccount);
    if (KEEPERS.includes(role)) {
      expect(all).toSucceed();
      return;
    }
    expect(all.errors?.map(({ path, extensions }) => [path?.at(-1), extensions.code])).toEqual([
      ['invitationDays', 'FORBIDDEN'],
      ['reviewDays', 'FORBIDDEN'],
    ]);
    expect(all.data?.me?.account).toMatchObject({ invitationDays: null, reviewDays: null });
  });

  test.each(['VIEWER', 'EDITOR'] as const)('as %s: one’s own, and no others', async (role) => {
    const { here, by } = await staff();
    const who = by[role];
    const own = await who.run(ReadOwnProfile);
    expect(own).toSucceed();
    expect(own.data?.me).toMatchObject({
      user: { id: userId(who), status: 'ACTIVE', roles: [{ name: role }] },
      sessions: { totalCount: 1 },
    });
    const other = userId(await here.person());
    for (const [missing, result] of [
      ['user:read', await who.run(GetUser, { id: other })],
      ['user:read', await who.run(GetUser, { id: userId(who) })],
      ['user:read', await who.run(ListUsers, {})],
      ['user:read', await who.run(ListRoles, {})],
      ['user:read', await who.run('{ accountPermissions }')],
      ['auditLog:read', await who.run(ReadAuditLog, {})],
      ['serviceAccount:manage', await who.run('{ serviceAccounts { totalCount } }')],
    ] as const) {
      expect(refusalIn(result), result.text).toMatchObject({
        code: 'FORBIDDEN',
        denial: { missing: [missing] },
      });
    }
  });

  test('as somebody with one permission: that and no more', async () => {
    const { here } = await staff();
    const reader = await personWith(here, 'account:read', 'accountSettings:read');
    expect(await reader.run(ReadAccount)).toSucceed();
    expect(await reader.run(UpdateAccount, { input: { name: 'New' } })).toBeDenied({
      missing: 'accountSettings:write',
    });
    const payer = await personWith(here, 'account:read', 'billing:manage');
    expect(await payer.run(ChangePlan, { input: { plan: 'PRO' } })).toSucceed();
    const nobody = await personWith(here, 'user:read');
    expect(await nobody.run(ReadPlan)).toBeDenied({ missing: 'account:read' });
  });
});
