import fc from 'fast-check';
import { getNamedType, isObjectType } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { schemaOnce } from '../../src/schema/index.js';
import { coordinateOf } from './about.js';
import { rehearsal, type Rehearsal } from './gateway.js';
import { guardsOf } from './guards.js';
import { load, type Loaded } from './load.js';
import { BY_HAND, SECOND } from './not-told.js';
import { judge } from './oracle.js';
import { actorsOf, questionsOf } from './questions.js';
import { grouped } from './reader.js';
import { READERS } from './readers.js';
import { CARRIED, nameOf, without, type Removal } from './removal.js';
import {
  ACCOUNT_PERMISSIONS,
  CARRYING,
  FLOW_PERMISSIONS,
  ON_FLOWS,
  SIGNED_IN,
  TAKES,
  words,
} from './tables.js';
import { worlds, type Question, type Verdict, type World } from './world.js';

const WORLDS = 12;
const SEED = 20261122;
/** So many alike are put to a gateway without a guard before others are. */
const MOST = 12;
const KINDS = words('DATASET PROCESS BOARD APP LIST INTEGRATION CHAT SPACE');
const PERMISSIONS = [...FLOW_PERMISSIONS, ...ACCOUNT_PERMISSIONS];

let gateway: Rehearsal;

beforeAll(async () => {
  gateway = await rehearsal();
});

afterAll(() => gateway.close());

interface Case {
  readonly world: World;
  readonly question: Question;
}

/** In which two have everything, and for each permission a key that lacks it alone. */
const full: World = {
  people: [
    ...['p0', 'p1'].map((id) => ({
      id,
      state: 'ACTIVE',
      roles: words('SUPER_ADMIN ADMIN EDITOR'),
    })),
    { id: 'p2', state: 'ACTIVE', roles: [] },
    { id: 'p3', state: 'ACTIVE', roles: ['USER_ADMIN'] },
    { id: 'p4', state: 'ACTIVE', roles: ['IAM_ADMIN'] },
  ],
  roles: [{ id: 'r0', permissions: ['account:read'], parents: [] }],
  groups: [{ id: 'g0', people: ['p2'] }],
  programs: [{ id: 's0', state: 'ENABLED' }],
  flows: KINDS.map((kind, at) => ({ id: `f${at}`, kind })),
  members: KINDS.flatMap((kind, at) =>
    ['p0', 'p1', 'p2'].map((who, nth) => ({
      id: `m${3 * at + nth}`,
      flow: `f${at}`,
      who,
      role:
        (kind === 'DATASET' ? ['ADMIN', 'ADMIN', 'VIEWER'] : ['OWNER', 'OWNER', 'VIEWER'])[nth] ??
        '',
    })),
  ),
  views: [{ id: 'v0', flow: 'f0', by: 'p2' }],
  sessions: ['p0', 'p1', 'p2', 'p3', 'p4'].map((holder, at) => ({
    id: `z${at}`,
    holder,
    state: 'GOOD',
  })),
  keys: [
    { id: 'k0', holder: 's0', state: 'GOOD', only: [] },
    { id: 'k99', holder: 'p0', state: 'GOOD', only: [] },
    ...PERMISSIONS.map((lacked, at) => ({
      id: `k${at + 1}`,
      holder: `p${at % 2}`,
      state: 'GOOD',
      only: PERMISSIONS.filter((each) => each !== lacked),
    })),
  ],
  grants: [
    { id: 'i0', program: 's0', on: 'f0', state: 'LIVE' },
    { id: 'i1', program: 's0', on: 'USER_AND_GROUP_MANAGEMENT', state: 'LIVE' },
  ],
  invitations: [{ id: 'n0' }],
};

const samples = [full, ...fc.sample(worlds, { seed: SEED, numRuns: WORLDS })];
const known = grouped(
  samples.flatMap((world) =>
    [...questionsOf(world, 'reads'), ...questionsOf(world, 'writes')].map((asked) => ({
      world,
      asked,
    })),
  ),
  ({ world, asked }) => coordinateOf(world, asked),
);
for (const [coordinate, cases] of Array.from(known)) {
  const [type = ''] = coordinate.split('.');
  const leadsTo = listedBy(coordinate);
  known.set(type, [...(known.get(type) ?? []), ...cases]);
  const inList = cases.filter(({ asked }) => asked.target !== undefined);
  if (leadsTo) known.set(leadsTo, [...inList, ...(known.get(leadsTo) ?? [])]);
}

/** Of which type the objects are that a field lists. */
function listedBy(coordinate: string): string | undefined {
  const [type = '', name = ''] = coordinate.split('.');
  const of = schemaOnce().getType(type);
  const field = isObjectType(of) ? of.getFields()[name] : undefined;
  const list = field && getNamedType(field.type);
  const edges = isObjectType(list) ? list.getFields()['edges'] : undefined;
  const edge = edges && getNamedType(edges.type);
  const node = isObjectType(edge) ? edge.getFields()['node'] : undefined;
  return node ? getNamedType(node.type).name : isObjectType(list) ? list.name : undefined;
}

/** Questions that the oracle refuses, and would not without the same part of its own rule. */
function* casesOf(removal: Removal): Generator<Case> {
  for (const { world, asked } of known.get(removal.at) ?? []) {
    for (const who of actorsOf(world)) {
      const question = { who, ...asked };
      if (isOf(world, removal, who) && isRefusedBy(world, removal, question))
        yield { world, question };
    }
  }
}

/** A key that lacks one permission tells only of that. */
function isOf(world: World, { permissions }: Removal, { by }: Question['who']): boolean {
  const { only = [] } = world.keys.find(({ id }) => id === by) ?? {};
  return world !== full || only.length === 0 || permissions.some((each) => !only.includes(each));
}

function isRefusedBy(world: World, removal: Removal, question: Question): boolean {
  const { who, operation } = question;
  const expected = judge(world, question);
  if (expected === 'ALLOWED') return false;
  if (judgeWithout(world, removal, question) !== expected) return true;
  // What a list leaves out can be for want of what its type takes.
  const isOfType = !removal.at.includes('.');
  if (isOfType && question.target !== undefined) return true;
  // What is no permission refuses those who have all of them.
  const all = TAKES.get(operation) ?? [];
  if (removal.permissions.some((name) => all.includes(name))) return false;
  const takes = all.filter((name) => !ON_FLOWS.has(name));
  const isHeld = (name: string) => judge(world, { who, operation: name }) === 'ALLOWED';
  return expected === 'FORBIDDEN' && takes.every(isHeld);
}

function judgeWithout(world: World, { permissions, part }: Removal, question: Question): Verdict {
  const { operation } = question;
  const takes = TAKES.get(operation);
  const isSignedIn = SIGNED_IN.has(operation) && /signedIn|all of it/.test(part);
  if (takes)
    TAKES.set(
      operation,
      takes.filter((each) => !permissions.includes(each)),
    );
  if (isSignedIn) SIGNED_IN.delete(operation);
  const carried = CARRYING.get(operation);
  const isCarried = carried !== undefined && [CARRIED, 'all of it'].includes(part);
  if (isCarried) CARRYING.delete(operation);
  const verdict = judge(world, question);
  if (isCarried) CARRYING.set(operation, carried);
  if (takes) TAKES.set(operation, takes);
  if (isSignedIn) SIGNED_IN.add(operation);
  return verdict;
}

const loaded = new Map<World, Loaded>();

/** What enforcement says. */
async function answer(here: Loaded, question: Question) {
  const [fields, mutations] = READERS;
  const reader = question.operation.includes('.') ? fields : mutations;
  return (await reader?.read(gateway, here, [question]))?.[0];
}

async function isCaught(removal: Removal): Promise<boolean> {
  const asked: Record<string, number> = {};
  for (const { world, question } of casesOf(removal)) {
    const expected = judge(world, question);
    const kind = `${question.operation} ${expected}`;
    asked[kind] = (asked[kind] ?? 0) + 1;
    if (asked[kind] > MOST) continue;
    const here = loaded.get(world) ?? (await load(gateway.client, world));
    loaded.set(world, here);
    const isMissed = (await without(removal, () => answer(here, question))) !== expected;
    if (isMissed && (await answer(here, question)) === expected) return true;
  }
  return false;
}

test(
  'each guard that is taken away, or a part of it, is missed and named',
  { timeout: 300_000 },
  async () => {
    const removals = guardsOf().filter((each) => !BY_HAND.has(nameOf(each)));
    const missed: string[] = [];
    for (const removal of removals) {
      if (!(await isCaught(removal))) missed.push(nameOf(removal));
    }
    const told = removals.length - missed.length;
    console.log(`${told} of ${removals.length - SECOND.size}, and ${SECOND.size} behind others`);
    expect(missed.toSorted()).toEqual([...SECOND].toSorted());
  },
);
