import { expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import { keyOf } from '../support/keys.js';
import { departure, handingOver, offboarding } from '../support/leaver.js';
import { give } from '../support/people.js';
import { approving, asked, refusing, setRole, withdrawing } from '../support/requests.js';
import { addFields, received } from '../support/transfers.js';
import { world } from '../support/world.js';
import { guardsOf } from './guards.js';
import { BY_HAND } from './not-told.js';
import { nameOf, without } from './removal.js';

/** The code of what refuses; undefined: nothing does. */
type Try = () => Promise<string | undefined>;

interface Answer {
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[] | undefined;
}

const codeOf = ({ errors }: Answer): string | undefined => errors?.[0]?.extensions.code;

/** Somebody who began to import, and may not any more. */
async function importer(mutation: string): Promise<Try> {
  const { admin, member, dataset } = await world();
  await addFields(admin, dataset, [{ name: 'Name', type: 'TEXT' }]);
  const { id: importId } = await received(member, dataset, 'Name\nBolt\n');
  await setRole(member, dataset, 'VIEWER');
  const document = `mutation ($datasetId: ID!, $importId: ID!) { ${mutation}(input: { datasetId: $datasetId, importId: $importId }) { __typename } }`;
  return async () => codeOf(await member.run(document, { datasetId: dataset.id, importId }));
}

/** Tries of those whom nothing but the guard refuses. */
const TRIES: Readonly<Record<string, () => Promise<Try>>> = {
  'Mutation.approveAccessRequest: all of it': async () => {
    const { viewer, requestId } = await asked();
    return async () => codeOf(await approving(viewer, requestId));
  },
  'Mutation.refuseAccessRequest: all of it': async () => {
    const { viewer, requestId } = await asked();
    return async () => codeOf(await refusing(viewer, requestId));
  },
  'Mutation.withdrawAccessRequest: all of it': async () => {
    const { admin, requestId } = await asked();
    return async () => codeOf(await withdrawing(admin, requestId));
  },
  'Mutation.runDatasetImport: all of it': () => importer('runDatasetImport'),
  'Mutation.cancelDatasetImport: all of it': () => importer('cancelDatasetImport'),
  'Group.members: what a key needs': async () => {
    const { here, admin, superAdmin, dataset } = await world();
    const groupId = await here.group([admin]);
    const { client } = await testDatabase();
    const { accountId } = here;
    await client.flowMember.create({
      data: { accountId, flowId: dataset.rowId, groupId, role: 'VIEWER' },
    });
    const permissions = ['dataset:read', 'datasetMember:read', 'user:read', 'dataset:override'];
    const { user } = await keyOf(here, { userId: superAdmin.id }, { permissions });
    const members =
      '{ datasets { edges { node { members { edges { node { grantee { ... on Group { members { totalCount } } } } } } } } } }';
    return async () => codeOf(await user.run(members, {}));
  },
  'Mutation.offboard: to hand over: ABOUT': async () => {
    const { here, leaver, alone, successor } = await departure();
    const helper = await here.person({ role: 'USER_ADMIN' });
    await give(here, leaver, []);
    await setRole(helper, alone, 'VIEWER');
    const handOver = [handingOver(alone, successor)];
    return async () => codeOf(await offboarding(helper, leaver, { handOver }));
  },
};

test('the tries are of the guards that the worlds of the oracle leave to them', () => {
  expect(Object.keys(TRIES).toSorted()).toEqual([...BY_HAND].toSorted());
});

const removals = new Map(guardsOf().map((each) => [nameOf(each), each]));

test.each(Object.entries(TRIES))('%s is missed when it is away', async (name, prepare) => {
  const removal = removals.get(name);
  if (!removal) throw new Error(`There is no guard ${name}.`);
  const attempt = await prepare();
  expect(await attempt()).toBe('FORBIDDEN');
  expect(await without(removal, attempt)).not.toBe('FORBIDDEN');
});
