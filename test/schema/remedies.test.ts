import { expect, test } from 'vitest';

import type { Denial } from '../../src/authz/decide.js';
import { Actor } from '../support/actor.js';
import type { TestApp } from '../support/app.js';
import { inDryRun } from '../support/capabilities.js';
import { createFlow } from '../support/flow-world.js';
import { keyOf, presenting } from '../support/keys.js';
import { builtInRoles, personWith, userId } from '../support/people.js';
import { undoingApp } from '../support/undoing.js';
import { globalId, world, type Program } from '../support/world.js';

type Remedy = Denial['remedies'][number];

interface Operation {
  readonly name: string;
  readonly input: object;
}

/** Who is refused, and who helps. */
interface Cast {
  readonly who: Actor;
  /** The person whose key it is, or as whom it acts. */
  readonly person?: Actor;
}

async function stage(app: TestApp) {
  const s = await world(app);
  const { here, admin, member, viewer, outsider, superAdmin } = s;
  const [userAdmin, accountAdmin, grouped] = await here.people([
    { name: 'Uma User', role: 'USER_ADMIN' },
    { name: 'Adam Admin', role: 'ADMIN' },
    { name: 'Greta Grouped', role: 'USER_ADMIN' },
  ]);
  const groupId = await here.group([grouped]);
  const program = await here.program('Robot');
  const narrow = await here.program('Narrow', ['dataset:read', 'flow:read']);
  const free = await here.program('Free');
  const dataset = await here.dataset({
    members: [
      { user: admin, role: 'ADMIN' },
      { user: member, role: 'MEMBER' },
      { user: viewer, role: 'VIEWER' },
      { groupId, role: 'VIEWER' },
      { serviceAccountId: program.id, role: 'VIEWER' },
      { serviceAccountId: narrow.id, role: 'ADMIN' },
    ],
  });
  const flow = await createFlow(here, {
    members: [
      { user: admin, role: 'OWNER' },
      { user: member, role: 'EDITOR' },
      { user: viewer, role: 'VIEWER' },
      { groupId, role: 'VIEWER' },
      { serviceAccountId: program.id, role: 'VIEWER' },
      { serviceAccountId: narrow.id, role: 'OWNER' },
    ],
  });
  for (const { rowId } of [dataset, flow]) {
    await here.letAct(program, { flowId: rowId });
    await here.letAct(narrow, { flowId: rowId });
  }
  await here.letAct(program, { resource: 'USER_AND_GROUP_MANAGEMENT' });
  const poor = await personWith(here, 'directory:read');
  const key = async (slot: number, ...permissions: string[]) =>
    (await keyOf(here, { userId: admin.id }, { slot, permissions })).user;
  const actors: Record<string, Cast> = {
    viewer: { who: viewer },
    member: { who: member },
    grouped: { who: grouped },
    superAdmin: { who: superAdmin },
    accountAdmin: { who: accountAdmin },
    userAdmin: { who: userAdmin },
    poor: { who: poor },
    program: { who: program },
    narrow: { who: narrow },
    'a narrow API key': { who: await key(10, 'dataset:read', 'flow:read'), person: admin },
    'a blind API key': { who: await key(11, 'account:read'), person: admin },
    'an API key': { who: await key(12), person: admin },
    'acting as a Viewer': acting(program, viewer),
    'acting as an Admin': acting(program, admin),
    'acting as an outsider': acting(program, outsider),
    'acting as a Super Admin': acting(program, superAdmin),
    'acting uncovered': acting(free, admin),
    'acting narrowly': acting(narrow, admin),
    'acting narrowly as an outsider': acting(narrow, outsider),
  };
  const roleIds = await builtInRoles(here);
  const datasetId = dataset.id;
  const flowId = flow.id;
  const [memberId = ''] = dataset.memberIds;
  const serviceAccountId = globalId('ServiceAccount', free.id);
  const apiKey = await keyOf(here, { userId: accountAdmin.id }, { slot: 20 });
  const about = (person: Actor) => ({ userId: userId(person) });
  const operations: Operation[] = [
    { name: 'renameDataset', input: { datasetId, name: 'Another' } },
    { name: 'addDatasetRows', input: { datasetId, rows: [{}] } },
    { name: 'updateDatasetSettings', input: { datasetId, printPolicy: 'NOBODY' } },
    { name: 'duplicateDataset', input: { datasetId, name: 'A copy' } },
    { name: 'addDatasetMember', input: { datasetId, granteeId: userId(poor), role: 'ADMIN' } },
    { name: 'removeDatasetMember', input: { datasetId, memberId } },
    {
      name: 'removeDatasetField',
      input: { datasetId, fieldId: globalId('DatasetField', dataset.rowId), confirm: true },
    },
    { name: 'exportDataset', input: { datasetId, format: 'CSV', search: 'a' } },
    { name: 'grantImpersonation', input: { flowId: datasetId, serviceAccountId } },
    { name: 'renameFlow', input: { flowId, name: 'Another' } },
    { name: 'deleteFlow', input: { flowId, name: 'A flow' } },
    { name: 'addFlowMember', input: { flowId, granteeId: userId(poor), role: 'OWNER' } },
    { name: 'assumeFlowRole', input: { flowId, role: 'OWNER' } },
    { name: 'createDataset', input: { name: 'Another' } },
    { name: 'createGroup', input: { name: 'Another' } },
    { name: 'updateUser', input: { ...about(outsider), name: 'Another' } },
    { name: 'suspendUser', input: about(superAdmin) },
    {
      name: 'offboard',
      input: { ...about(outsider), confirm: true, rotateServiceAccountKeys: true },
    },
    { name: 'assignRoles', input: { ...about(outsider), roleIds: [roleIds.ADMIN] } },
    { name: 'revokeSessions', input: about(outsider) },
    { name: 'createAccessKey', input: { serviceAccountId, name: 'A key' } },
    { name: 'deleteApiKey', input: { accessKeyId: apiKey.id } },
    {
      name: 'grantImpersonation',
      input: { sharedResource: 'ALL_FLOWS_AND_INTEGRATIONS', serviceAccountId },
    },
    { name: 'updateAccount', input: { name: 'Another' } },
    { name: 'changePlan', input: { plan: 'FREE' } },
    { name: 'updateProfile', input: { name: 'Another' } },
  ];
  return { ...s, userAdmin, accountAdmin, actors, operations };
}

type Stage = Awaited<ReturnType<typeof stage>>;

function acting(program: Program, person: Actor): Cast {
  return { who: program.as(person), person };
}

interface Refused {
  readonly code: string;
  readonly denial?: Denial;
}

/** Asks for an operation without doing it: how it would be refused; undefined: it would be done. */
async function refusalOf(who: Actor, { name, input }: Operation): Promise<Refused | undefined> {
  const result = (await inDryRun(who).run(mutationOf(name), { input })) as unknown as {
    errors?: { extensions: Refused }[];
    extensions?: { dryRun: { refused: (Refused & { path: string[] })[] } };
  };
  const { refused = [] } = result.extensions?.dryRun ?? {};
  return result.errors?.[0]?.extensions ?? refused.find(({ path }) => path.length === 1);
}

function mutationOf(name: string, selection = '__typename'): string {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`;
}

/** What there is to know for whoever takes a step for which there was no need. */
const NOT_NEEDED = new Set(['ALREADY_ALLOWED', 'ALREADY_GRANTED']);

/** Does as a remedy says; answers who is to try again. */
async function apply(s: Stage, cast: Cast, remedy: Remedy, operation: Operation): Promise<Cast> {
  const { mutation } = remedy;
  const { who, person = who } = cast;
  const input = filledIn(remedy, who, operation);
  const run = async (by: Actor, selection?: string) => {
    const result = await by.run<Record<string, Record<string, unknown>>, unknown>(
      mutationOf(mutation ?? '', selection),
      { input },
    );
    const [error] = result.errors ?? [];
    if (error?.extensions.code === 'ALREADY_MEMBER') await changeRole(by, input);
    else if (error && !NOT_NEEDED.has(error.extensions.code)) {
      throw new Error(`${mutation}: ${error.message}`);
    }
    return result.data?.[mutation ?? ''] ?? {};
  };
  switch (mutation) {
    case undefined:
      return { who: await somebodyElse(s, cast, remedy, operation) };
    case 'requestAccess': {
      const made = await run(person, 'accessRequest { id }');
      if (!made['accessRequest']) return cast;
      const { id: requestId } = made['accessRequest'] as { id: string };
      const answer = await s.superAdmin.run<unknown, unknown>(mutationOf('approveAccessRequest'), {
        input: { requestId },
      });
      expect(answer).toSucceed();
      return cast;
    }
    case 'assumeDatasetRole':
    case 'assumeFlowRole':
      await run(person);
      return cast;
    case 'createApiKey':
    case 'createAccessKey': {
      const { key } = await run(mutation === 'createApiKey' ? person : s.superAdmin, 'key');
      const { authorization } = presenting(who.app, `Bearer ${String(key)}`).headers;
      const headers = { ...who.headers, ...(authorization && { authorization }) };
      return { ...cast, who: new Actor(who.app, who.id, who.name, '', headers) };
    }
    case 'grantImpersonation':
      await run('flowId' in input ? s.admin : s.superAdmin);
      return cast;
    default:
      await run(s.admin);
      return cast;
  }
}

/** A refusal that tells nothing of what there is names neither the flow nor the person that were asked for. */
function filledIn({ mutation = '', input = {} }: Remedy, who: Actor, operation: Operation) {
  const { datasetId, flowId = datasetId } = operation.input as Record<string, string>;
  switch (mutation) {
    case 'grantImpersonation':
      return 'sharedResource' in input ? input : { flowId, ...input };
    case 'addDatasetMember':
      return { granteeId: who.headers['x-act-as'], datasetId: flowId, ...input };
    case 'addFlowMember':
      return { granteeId: who.headers['x-act-as'], flowId, ...input };
    default:
      return input;
  }
}

/** Gives a role to somebody who is a member already. */
async function changeRole(admin: Actor, { granteeId, role, ...flow }: Record<string, unknown>) {
  const [[argument, id]] = Object.entries(flow) as [[string, string]];
  const isDataset = argument === 'datasetId';
  const { data } = await admin.run<Members, unknown>(
    `query ($id: ID!) { flow(id: $id) {
       ... on Dataset { members(first: 100) { edges { node { id grantee { ... on Node { id } } } } } }
       ... on Process { members(first: 100) { edges { node { id grantee { ... on Node { id } } } } } } } }`,
    { id },
  );
  const member = data?.flow.members.edges.find(({ node }) => node.grantee.id === granteeId);
  const name = isDataset ? 'changeDatasetMemberRole' : 'changeFlowMemberRole';
  const input = { ...flow, memberId: member?.node.id, role };
  expect(await admin.run<unknown, unknown>(mutationOf(name), { input })).toSucceed();
}

interface Members {
  readonly flow: {
    readonly members: {
      readonly edges: readonly {
        readonly node: {
          readonly id: string;
          readonly grantee: { readonly id: string };
        };
      }[];
    };
  };
}

/** Whoever has it done, where a remedy is that somebody else does it. */
async function somebodyElse(
  s: Stage,
  { who }: Cast,
  { kind }: Remedy,
  operation: Operation,
): Promise<Actor> {
  if (kind === 'ASK_ACCOUNT_ADMIN' && 'x-act-as' in who.headers) {
    const headers = { ...who.headers, 'x-act-as': userId(s.superAdmin) };
    return new Actor(who.app, who.id, who.name, '', headers);
  }
  for (const other of [s.superAdmin, s.admin, s.accountAdmin]) {
    if (!(await refusalOf(other, operation))) return other;
  }
  throw new Error(`Nobody can do ${operation.name}.`);
}

/** Does all of a remedy, step by step, until nothing is refused any more: what it came to, in words; undefined: that. */
async function remaining(s: Stage, helped: Cast, remedy: Remedy, operation: Operation) {
  let cast = helped;
  const trail: string[] = [];
  for (const step of [remedy, ...(remedy.next ?? [])]) {
    trail.push(step.mutation ?? step.kind);
    try {
      cast = await apply(s, cast, step, operation);
    } catch (error) {
      return [...trail, String(error)].join(', ');
    }
    const refused = await refusalOf(cast.who, operation);
    if (!refused) return undefined;
    trail.push(refused.denial?.reason ?? refused.code);
  }
  return trail.join(', ');
}

test('the first remedy of every refusal makes the operation succeed', async () => {
  const { app, undoing, close } = await undoingApp();
  const s = await stage(app);
  const found: string[] = [];
  let denials = 0;
  for (const [name, cast] of Object.entries(s.actors)) {
    for (const operation of s.operations) {
      const { denial } = (await refusalOf(cast.who, operation)) ?? {};
      if (!denial) continue;
      denials += 1;
      const [remedy] = denial.remedies;
      const left = remedy
        ? await undoing(() => remaining(s, cast, remedy, operation))
        : 'no remedy';
      if (left !== undefined) found.push(`${name}: ${operation.name}: ${denial.reason} ${left}`);
    }
  }
  await close();
  console.log(`${denials - found.length} of ${denials}`);
  expect(found).toEqual([]);
  expect(denials).toBeGreaterThan(350);
}, 600_000);
