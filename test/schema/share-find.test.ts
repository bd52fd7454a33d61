import { describe, expect, test } from 'vitest';

import type { Actor, Result } from '../support/actor.js';
import { AddDatasetMember } from '../support/operations.js';
import { globalId, workspace, type Workspace } from '../support/world.js';

interface Candidate {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly detail: string | null;
}

/** An Admin who shares a dataset of their own with whoever goes by some name. */
async function sharing(here?: Workspace) {
  const there = here ?? (await workspace());
  const admin = await there.person({ name: 'Ada Admin' });
  const shareWith = async (nameOrEmail: string) => {
    const dataset = await there.dataset({ members: [{ user: admin, role: 'ADMIN' }] });
    return admin.run(AddDatasetMember, {
      input: { datasetId: dataset.id, nameOrEmail, role: 'VIEWER' },
    });
  };
  return { here: there, admin, shareWith };
}

function candidatesOf({ errors }: Result): Candidate[] {
  return errors?.[0]?.extensions['candidates'] as Candidate[];
}

describe('addDatasetMember finds', () => {
  test('a person by name or address, in any case and with any spaces', async () => {
    const { here, shareWith } = await sharing();
    const email = `ines.${here.slug}@example.test`;
    await here.person({ name: 'Inés  de la Peña', email });
    for (const text of [
      'Inés de la Peña',
      '  inés   DE la peña ',
      'Inés de la Peña'.normalize('NFD'),
      'Ｉｎés de la Peña',
      email,
      ` ${email.toUpperCase()} `,
    ]) {
      expect(await shareWith(text)).toSucceed();
    }
  });

  test.each([
    { name: '日本 太郎', text: '日本　太郎' },
    { name: 'مريم الأحمد', text: 'مريم الأحمد' },
    { name: 'דוד כהן', text: ' דוד  כהן' },
    { name: '🦊 Fuchs', text: '🦊 fuchs' },
    { name: 'ﬁlippo Ⅳ', text: 'Filippo IV' },
    { name: 'ΟΔΥΣΣΕΥΣ', text: 'οδυσσευς' },
    { name: "Robert'); DROP TABLE flow;--", text: "robert'); drop table flow;--" },
    { name: '100% _sure_', text: '100% _SURE_' },
  ])('$name as $text', async ({ name, text }) => {
    const { here, shareWith } = await sharing();
    await here.person({ name });
    expect(await shareWith(text)).toSucceed();
  });

  test('a group by name, a service account by name or handle', async () => {
    const { here, shareWith } = await sharing();
    await here.group([], 'Night Shift');
    await here.serviceAccount('Invoice Robot');
    for (const text of ['night shift', 'INVOICE robot', 'sa:invoice-robot', 'SA:Invoice-Robot']) {
      expect(await shareWith(text)).toSucceed();
    }
  });

  test('nobody by a part of a name, a pattern, or a name that nobody has', async () => {
    const { here, shareWith } = await sharing();
    await here.person({ name: 'Konrad Zuse', email: `zuse.${here.slug}@example.test` });
    for (const text of [
      'Konrad',
      'Konrad%',
      'Konrad_Zuse',
      '%',
      '',
      ' ',
      'zuse@',
      '@example.test',
    ]) {
      expect(await shareWith(text)).toFail('GRANTEE_NOT_FOUND');
    }
  });

  test('nobody who is suspended, or of another account', async () => {
    const { here, shareWith } = await sharing();
    const elsewhere = await workspace();
    const suspended = await here.person({ name: 'Sus Pended', suspended: true });
    const stranger = await elsewhere.person({ name: 'Far Away' });
    await elsewhere.group([], 'Far Group');
    await elsewhere.serviceAccount('Far Robot');
    const answers = new Set<string>();
    for (const text of [
      suspended.name,
      suspended.email,
      stranger.name,
      stranger.email,
      'Far Group',
      'Far Robot',
      'sa:far-robot',
      'Nobody At All',
    ]) {
      const result = await shareWith(text);
      expect(result).toFail('GRANTEE_NOT_FOUND');
      answers.add(result.text);
    }
    expect(answers.size).toBe(1);
  });

  test('the active one of two who have the same name', async () => {
    const { here, shareWith } = await sharing();
    await here.people([{ name: 'Twin', suspended: true }, { name: 'Twin' }]);
    const elsewhere = await workspace();
    await elsewhere.person({ name: 'Twin' });
    expect(await shareWith('Twin')).toSucceed();
  });
});

describe('an ambiguous name', () => {
  test('answers with the candidates, any of whose ids can be passed on', async () => {
    const { here, admin, shareWith } = await sharing();
    const [one, other] = await here.people([{ name: 'Alex' }, { name: 'ALEX' }]);
    const groupId = await here.group([], 'alex');
    const robotId = await here.serviceAccount('Alex');
    const result = await shareWith('aLeX');
    expect(result).toFail('AMBIGUOUS_GRANTEE');
    const candidates = candidatesOf(result);
    expect(candidates).toEqual([
      { id: globalId('User', one.id), type: 'User', name: 'Alex', detail: one.email },
      { id: globalId('User', other.id), type: 'User', name: 'ALEX', detail: other.email },
      { id: globalId('Group', groupId), type: 'Group', name: 'alex', detail: null },
      {
        id: globalId('ServiceAccount', robotId),
        type: 'ServiceAccount',
        name: 'Alex',
        detail: 'sa:alex',
      },
    ]);
    for (const { id: granteeId } of candidates) {
      const dataset = await here.dataset({ members: [{ user: admin, role: 'ADMIN' }] });
      const input = { datasetId: dataset.id, granteeId, role: 'VIEWER' } as const;
      expect(await admin.run(AddDatasetMember, { input })).toSucceed();
    }
  });

  test('names only people of the caller’s own account who are active', async () => {
    const { here, shareWith } = await sharing();
    const elsewhere = await workspace();
    const visible = await here.people([{ name: 'Kim' }, { name: 'Kim' }]);
    const hidden = [
      await here.person({ name: 'Kim', suspended: true }),
      await elsewhere.person({ name: 'Kim' }),
    ];
    const result = await shareWith('Kim');
    const ids = candidatesOf(result).map(({ id }) => id);
    expect(ids).toEqual(visible.map(({ id }: Actor) => globalId('User', id)));
    for (const { id, email } of hidden) {
      expect(ids).not.toContain(globalId('User', id));
      expect(result.text).not.toContain(email);
    }
  });

  test('answers with ten candidates at most', async () => {
    const { here, shareWith } = await sharing();
    await here.people(Array.from({ length: 15 }, () => ({ name: 'Legion' })));
    await here.group([], 'Legion');
    expect(candidatesOf(await shareWith('Legion'))).toHaveLength(10);
  });

  test('leaves an entry that does not list them', async () => {
    const { here, shareWith } = await sharing();
    const [one] = await here.people([{ name: 'Sam' }, { name: 'Sam' }]);
    const result = await shareWith('Sam');
    await expect(result).toHaveAudited({
      action: 'datasetMember.added',
      outcome: 'REFUSED',
      code: 'AMBIGUOUS_GRANTEE',
      before: null,
      after: null,
      denial: null,
    });
    expect(result.text).toContain(one.email);
  });
});
