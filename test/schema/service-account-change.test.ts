import { describe, expect, test } from 'vitest';

import type { Actor, Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import {
  CreateServiceAccount,
  DeleteServiceAccount,
  DisableServiceAccount,
  EnableServiceAccount,
  GetServiceAccount,
  ReadSelf,
  UpdateServiceAccount,
} from '../support/operations.js';
import { globalId, workspace } from '../support/world.js';

async function office() {
  const here = await workspace();
  const chief = await here.person({ name: 'Sofia Super', role: 'SUPER_ADMIN' });
  const robot = await here.program('Night robot');
  const serviceAccountId = globalId('ServiceAccount', robot.id);
  return { here, chief, robot, serviceAccountId };
}

type Change = (who: Actor, serviceAccountId: string) => Promise<Result>;

const CHANGES: readonly (readonly [string, Change])[] = [
  [
    'updateServiceAccount',
    (who, serviceAccountId) =>
      who.run(UpdateServiceAccount, { input: { serviceAccountId, name: 'Day robot' } }),
  ],
  [
    'disableServiceAccount',
    (who, serviceAccountId) => who.run(DisableServiceAccount, { input: { serviceAccountId } }),
  ],
  [
    'enableServiceAccount',
    (who, serviceAccountId) => who.run(EnableServiceAccount, { input: { serviceAccountId } }),
  ],
  [
    'deleteServiceAccount',
    (who, serviceAccountId) =>
      who.run(DeleteServiceAccount, { input: { serviceAccountId, name: 'Night robot' } }),
  ],
];

const MANAGERS = {
  SUPER_ADMIN: true,
  IAM_ADMIN: true,
  USER_ADMIN: false,
  ADMIN: false,
  EDITOR: false,
  VIEWER: false,
} as const;

describe.each(CHANGES)('%s', (name, change) => {
  test('allows a Super Admin and an IAM Admin, and denies everybody else', async () => {
    for (const [role, allowed] of Object.entries(MANAGERS)) {
      const { here, serviceAccountId } = await office();
      const somebody = await here.person({ role: role as keyof typeof MANAGERS });
      const result = await change(somebody, serviceAccountId);
      if (allowed) expect(result, role).toSucceed();
      else expect(result, role).toBeDenied({ missing: 'serviceAccount:manage' });
    }
  });

  test('hides those of another account, what is no service account, and what was deleted', async () => {
    const { here, chief, robot, serviceAccountId } = await office();
    const elsewhere = await office();
    await expect(await change(elsewhere.chief, serviceAccountId)).toBeHidden();
    await expect(await change(chief, globalId('User', chief.id))).toBeHidden();
    await expect(await change(chief, globalId('ServiceAccount', chief.id))).toBeHidden();
    await expect(await change(chief, 'no id')).toBeHidden();
    const { client } = await testDatabase();
    await client.serviceAccount.update({
      where: { id: robot.id, accountId: here.accountId },
      data: { deletedAt: new Date(), slot: null },
    });
    await expect(await change(chief, serviceAccountId)).toBeHidden();
  });

  test('refuses the service account itself, and whoever is nobody', async () => {
    const { chief, robot, serviceAccountId } = await office();
    expect((await change(robot, serviceAccountId)).errors?.[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      denial: { reason: 'SIGN_IN_REQUIRED', permission: 'serviceAccount:manage' },
    });
    const { serviceAccount } =
      (await chief.run(GetServiceAccount, { id: serviceAccountId })).data ?? {};
    expect(serviceAccount).toMatchObject({ name: 'Night robot', status: 'ACTIVE' });
  });

  test('audits what came of it, refused or not', async () => {
    const { here, chief, robot, serviceAccountId } = await office();
    const actions: Record<string, string> = {
      updateServiceAccount: 'serviceAccount.updated',
      disableServiceAccount: 'serviceAccount.disabled',
      enableServiceAccount: 'serviceAccount.enabled',
      deleteServiceAccount: 'serviceAccount.deleted',
    };
    const editor = await here.person();
    await expect(await change(editor, serviceAccountId)).toHaveAudited({
      action: actions[name],
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
      subjectId: editor.id,
    });
    await expect(await change(chief, serviceAccountId)).toHaveAudited({
      action: actions[name],
      outcome: 'SUCCEEDED',
      subjectId: chief.id,
      targetType: 'ServiceAccount',
      targetId: robot.id,
    });
  });
});

describe('updateServiceAccount', () => {
  test('changes what is given, keeps the rest, and never the handle', async () => {
    const { chief, serviceAccountId } = await office();
    const update = async (input: { name?: string | null; purpose?: string | null }) => {
      const result = await chief.run(UpdateServiceAccount, {
        input: { serviceAccountId, ...input },
      });
      expect(result).toSucceed();
      return result.data?.updateServiceAccount?.serviceAccount;
    };
    const handle = 'sa:night-robot';
    expect(await update({ name: 'Day robot' })).toMatchObject({
      name: 'Day robot',
      purpose: 'Tests.',
      handle,
    });
    expect(await update({ purpose: 'Other tests.' })).toMatchObject({
      name: 'Day robot',
      purpose: 'Other tests.',
      handle,
    });
    expect(await update({ name: null, purpose: null })).toMatchObject({ name: 'Day robot' });
    expect(await update({ name: 'DAY  ROBOT' })).toMatchObject({ name: 'DAY  ROBOT', handle });
  });

  test('refuses the name of another one, and input that breaks a rule', async () => {
    const { here, chief, serviceAccountId } = await office();
    await here.serviceAccount('Robot');
    const update = (input: object) =>
      chief.run(UpdateServiceAccount, { input: { serviceAccountId, ...input } });
    expect(await update({ name: 'ＲＯＢＯＴ' })).toFail('DUPLICATE_NAME');
    expect(await update({ name: ' ' })).toFail('INVALID_INPUT');
    expect(await update({ name: 'x'.repeat(201) })).toFail('INVALID_INPUT');
    expect(await update({ purpose: '' })).toFail('INVALID_INPUT');
  });

  test('audits the values before and after', async () => {
    const { chief, serviceAccountId } = await office();
    const input = { serviceAccountId, name: 'Day robot' };
    await expect(await chief.run(UpdateServiceAccount, { input })).toHaveAudited({
      before: { name: 'Night robot', purpose: 'Tests.' },
      after: { name: 'Day robot', purpose: 'Tests.' },
    });
  });
});

describe('disableServiceAccount', () => {
  test('refuses its keys from the answer on, until it is enabled again', async () => {
    const { chief, robot, serviceAccountId } = await office();
    const input = { serviceAccountId };
    expect(await robot.run(ReadSelf)).toSucceed();
    const disabled = await chief.run(DisableServiceAccount, { input });
    expect(disabled.data?.disableServiceAccount?.serviceAccount?.status).toBe('DISABLED');
    await expect(disabled).toHaveAudited({ before: { enabled: true }, after: { enabled: false } });
    const refused = await robot.run(ReadSelf);
    expect(refused).toFail('UNAUTHENTICATED');
    expect(refused.errors?.[0]?.extensions['reason']).toBe('SERVICE_ACCOUNT_DISABLED');
    await expect(await chief.run(DisableServiceAccount, { input })).toHaveAudited({
      before: { enabled: false },
      after: { enabled: false },
    });
    const enabled = await chief.run(EnableServiceAccount, { input });
    expect(enabled.data?.enableServiceAccount?.serviceAccount?.status).toBe('ACTIVE');
    await expect(enabled).toHaveAudited({ before: { enabled: false }, after: { enabled: true } });
    expect(await robot.run(ReadSelf)).toSucceed();
  });

  test('keeps the place of the disabled one', async () => {
    const { here, chief, serviceAccountId } = await office();
    for (let count = 2; count <= 25; count += 1) await here.serviceAccount();
    await chief.run(DisableServiceAccount, { input: { serviceAccountId } });
    const input = { name: 'One more', purpose: 'Tests.' };
    expect(await chief.run(CreateServiceAccount, { input })).toFail('LIMIT_REACHED');
  });
});
