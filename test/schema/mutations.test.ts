import { describe, expect, test } from 'vitest';

import { world } from '../support/world.js';

/** Several changes in one request, each under its own name. */
function mutation(fields: Record<string, string>): string {
  const lines = Object.entries(fields).map(([name, field]) => `${name}: ${field} { __typename }`);
  return `mutation { ${lines.join('\n')} }`;
}

function codesOf({
  errors = [],
}: {
  errors?: readonly { path?: unknown[]; extensions: { code: string } }[];
}) {
  return errors.map(({ path, extensions }) => [path?.[0], extensions.code]);
}

describe('the changes of one request', () => {
  test('happen one after the other, each by itself', async () => {
    const { admin, dataset } = await world();
    const datasetId = `datasetId: "${dataset.id}"`;
    const result = await admin.run(`mutation {
      one: renameDataset(input: { ${datasetId}, name: "One" }) { dataset { name } }
      bad: renameDataset(input: { ${datasetId}, name: "" }) { dataset { name } }
      two: renameDataset(input: { ${datasetId}, name: "Two" }) { dataset { name } }
      three: describeDataset(input: { ${datasetId}, description: "3" }) { dataset { name description } }
    }`);
    expect(codesOf(result)).toEqual([['bad', 'INVALID_INPUT']]);
    expect(result.data).toEqual({
      one: { dataset: { name: 'One' } },
      bad: null,
      two: { dataset: { name: 'Two' } },
      three: { dataset: { name: 'Two', description: '3' } },
    });
  });

  test('are decided with the rights that the ones before left', async () => {
    const { admin, superAdmin, dataset, memberships } = await world();
    const datasetId = `datasetId: "${dataset.id}"`;
    await superAdmin.run(
      mutation({ assume: `assumeDatasetRole(input: { ${datasetId}, role: ADMIN })` }),
    );
    const rename = (name: string) => `renameDataset(input: { ${datasetId}, name: "${name}" })`;
    const role = `memberId: "${memberships.admin}", role: MEMBER`;
    const demoted = await admin.run(
      mutation({
        before: rename('Still'),
        demote: `changeDatasetMemberRole(input: { ${datasetId}, ${role} })`,
        after: rename('Too late'),
      }),
    );
    expect(codesOf(demoted)).toEqual([['after', 'FORBIDDEN']]);
    expect(demoted.errors?.[0]?.extensions['denial']).toMatchObject({ role: 'Member' });
    const left = await admin.run(
      mutation({
        leave: `leaveDataset(input: { ${datasetId} })`,
        after: `leaveDataset(input: { ${datasetId} })`,
      }),
    );
    expect(codesOf(left)).toEqual([['after', 'NOT_FOUND']]);
  });

  test('may use the rights that the ones before gave', async () => {
    const { superAdmin, dataset } = await world();
    const datasetId = `datasetId: "${dataset.id}"`;
    const rename = `renameDataset(input: { ${datasetId}, name: "Taken over" })`;
    const result = await superAdmin.run(
      mutation({
        before: rename,
        assume: `assumeDatasetRole(input: { ${datasetId}, role: ADMIN })`,
        after: rename,
      }),
    );
    expect(codesOf(result)).toEqual([['before', 'FORBIDDEN']]);
  });

  test('answer for themselves, also beside a sign-in that fails', async () => {
    const { admin, dataset } = await world();
    const datasetId = `datasetId: "${dataset.id}"`;
    const result = await admin.run(
      mutation({
        one: `renameDataset(input: { ${datasetId}, name: "One" })`,
        wrong: `signIn(input: { email: "${admin.email}", password: "wrong" })`,
        two: `describeDataset(input: { ${datasetId}, description: "Two" })`,
      }),
    );
    expect(codesOf(result)).toEqual([['wrong', 'SIGN_IN_FAILED']]);
    expect(result.data).toMatchObject({
      one: { __typename: 'RenameDatasetPayload' },
      wrong: null,
      two: { __typename: 'DescribeDatasetPayload' },
    });
  });
});

test('what only signs in needs no principal, and what changes does', async () => {
  const { anonymous, dataset } = await world();
  const result = await anonymous.run(
    mutation({
      rename: `renameDataset(input: { datasetId: "${dataset.id}", name: "Mine" })`,
      create: 'createDataset(input: { name: "Mine" })',
      out: 'signOut',
    }),
  );
  expect(codesOf(result)).toEqual([
    ['rename', 'UNAUTHENTICATED'],
    ['create', 'UNAUTHENTICATED'],
    ['out', 'UNAUTHENTICATED'],
  ]);
  expect(result).toTakeQueries(0);
});
