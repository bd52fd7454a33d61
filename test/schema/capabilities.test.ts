import { getNamedType, isInputObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';

import { buildSchema } from '../../src/schema/index.js';
import { questionsOf } from '../support/capabilities.js';
import { KINDS, TYPENAMES } from '../support/flow-world.js';
import { watchedApp } from '../support/statements.js';
import { workspace } from '../support/world.js';

describe('the lists of capabilities', () => {
  const schema = buildSchema();
  const TYPES: Readonly<Record<string, readonly string[]>> = {
    accessKeyId: ['AccessKey'],
    datasetId: ['Dataset'],
    flowId: ['Process'],
    groupId: ['Group'],
    invitationId: ['Invitation'],
    memberId: ['DatasetMember', 'FlowMember'],
    roleId: ['Role'],
    serviceAccountId: ['ServiceAccount'],
    sessionId: ['Session'],
    userId: ['User'],
    viewId: ['DatasetView'],
  };

  // By hand, each with why.
  const EXCEPTIONS: Readonly<Record<string, string>> = {
    cancelDatasetImport: 'It is about an import of one’s own: startDatasetImport tells.',
    runDatasetImport: 'It is about an import of one’s own: startDatasetImport tells.',
    inviteUser: 'The role is given away, not changed.',
  };

  test('have every mutation that is about one of these types', () => {
    const missing = Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap((field) => {
      const input = getNamedType(field.args[0]?.type as never);
      const names = isInputObjectType(input) ? Object.keys(input.getFields()) : [];
      // What is in something is named beside it.
      const first =
        names.find((name) => name === 'memberId' || name === 'viewId') ??
        names.find((name) => name in TYPES);
      if (!first || field.name in EXCEPTIONS) return [];
      const isListed = TYPES[first]?.some((typename) =>
        questionsOf(typename).some(({ name }) => name === field.name),
      );
      return isListed || (field.name === 'grantImpersonation' && names.includes('flowId'))
        ? []
        : [`${first}: ${field.name}`];
    });
    expect(missing).toEqual([]);
  });

  test('say the same of every kind of flow', () => {
    const [first, ...others] = KINDS.map((kind) => questionsOf(TYPENAMES[kind]));
    for (const other of others) expect(other).toEqual(first);
    for (const typename of ['Dataset', 'Process']) {
      expect(questionsOf(typename)).toContainEqual({ name: 'grantImpersonation' });
    }
  });
});

describe('a list of 100 with all capabilities', () => {
  const all = (typename: string) =>
    questionsOf(typename)
      .filter(({ role, further }) => !role && !further)
      .map(({ name }) => `${name} { allowed reason missing }`)
      .join(' ');

  test('of datasets, or of people, takes at most one statement more than without', async () => {
    const { app } = await watchedApp();
    const here = await workspace(app);
    const [reader, ...others] = await here.people([
      { role: 'SUPER_ADMIN' },
      ...Array.from({ length: 99 }, () => ({})),
    ]);
    await here.datasets(
      others.concat(reader).map(() => ({ members: [{ user: reader, role: 'ADMIN' as const }] })),
    );
    for (const [list, typename] of [
      ['datasets', 'Dataset'],
      ['users', 'User'],
    ] as const) {
      const ask = (inner: string) =>
        reader.run<Record<string, { edges: object[] }>, unknown>(
          `{ ${list}(first: 100) { edges { node { id name ${inner} } } } }`,
        );
      const [without, within] = [await ask(''), await ask(`viewerCan { ${all(typename)} }`)];
      expect(within).toSucceed();
      expect(within.data?.[list]?.edges).toHaveLength(100);
      expect(within.statements).toBeLessThanOrEqual(without.statements + 1);
    }
  });
});
