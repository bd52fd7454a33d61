import fc from 'fast-check';
import { expect, test } from 'vitest';

import { decide, refusedUnseen } from '../../src/authz/decide.js';
import { mayInAccount, mayOnFlow } from '../support/acting-oracle.js';
import {
  actorIn,
  allowedIn,
  answersIn,
  factsFor,
  isMemberOf,
  MEMBERS,
  ownMemberships,
  personIn,
  worlds,
  type Flow,
  type World,
} from '../support/acting-world.js';

const MANY = { numRuns: 10_000 };

const EVERYWHERE = 'ALL_FLOWS_AND_INTEGRATIONS';

/** Those of `one` that are not in `other`. */
function beyond(one: ReadonlySet<string>, other: ReadonlySet<string>): string[] {
  return [...one].filter((each) => !other.has(each));
}

test('whoever acts as a person may do exactly what the requirements say', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const expected = new Set([
        ...world.flows.flatMap((flow, at) =>
          world.questions.onFlows.flatMap((each) =>
            mayOnFlow(world, flow, each) ? `${each} on ${at}` : [],
          ),
        ),
        ...world.questions.inAccount.filter((each) => mayInAccount(world, each)),
      ]);
      const actual = allowedIn(world, actorIn(world));
      expect({ more: beyond(actual, expected), less: beyond(expected, actual) }).toEqual({
        more: [],
        less: [],
      });
    }),
    MANY,
  );
});

test('whoever acts as a person may do no more than the person may, and only what a grant covers', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const actor = actorIn(world);
      const person = personIn(world);
      const covered = (flow: Flow) => flow.isGranted || world.shared.includes(EVERYWHERE);
      const wrong = world.flows.flatMap((flow) => {
        const asActor = factsFor(world, flow, actor);
        const asPerson = factsFor(world, flow, person);
        return world.questions.onFlows
          .filter((each) => decide(actor, each, asActor).allowed)
          .filter((each) => !covered(flow) || !decide(person, each, asPerson).allowed);
      });
      const inAccount = world.questions.inAccount.filter((each) => decide(actor, each).allowed);
      expect(wrong).toEqual([]);
      expect(inAccount.filter((each) => !decide(person, each).allowed)).toEqual([]);
      if (world.shared.length === 0) expect(inAccount).toEqual([]);
    }),
    MANY,
  );
});

test('what a service account was shared itself changes no answer while it acts', () => {
  fc.assert(
    fc.property(worlds, ownMemberships, (world, [here, there]) => {
      const withOwn = (flow: Flow, program: typeof here): Flow => {
        const { program: _before, ...members } = flow.members;
        return { ...flow, members: program ? { ...members, program } : members };
      };
      const [first, second] = world.flows as [Flow, Flow];
      const other = { ...world, flows: [withOwn(first, here), withOwn(second, there)] };
      expect(JSON.stringify(answersIn(other, actorIn(other)))).toBe(
        JSON.stringify(answersIn(world, actorIn(world))),
      );
    }),
    MANY,
  );
});

function without<T>(list: readonly T[]): T[][] {
  return list.map((_, at) => list.toSpliced(at, 1));
}

function withFlow(world: World, at: number, change: Partial<Flow>): World {
  return {
    ...world,
    flows: world.flows.map((flow, place) => (place === at ? { ...flow, ...change } : flow)),
  };
}

/** All that can be revoked in a world, beside memberships, one thing at a time. */
function revocations(world: World): World[] {
  const { flows, shared, roles, only } = world;
  return [
    ...flows.flatMap(({ isGranted }, at) =>
      isGranted ? [withFlow(world, at, { isGranted: false })] : [],
    ),
    ...without(shared).map((rest) => ({ ...world, shared: rest })),
    ...without(roles).map((rest) => ({ ...world, roles: rest })),
    ...(world.isActive ? [{ ...world, isActive: false }] : []),
    // A key with an empty list is one that is not restricted: what it is shortened to names something.
    ...(only
      ? without(only)
          .filter((rest) => rest.length > 0)
          .slice(0, 3)
          .map((rest) => ({ ...world, only: rest }))
      : [{ ...world, only: ['flow:read', 'flow:readAny', 'dataset:read'] as const }]),
  ];
}

test('whatever is revoked of grants, account roles, and the key, allows nothing more', () => {
  fc.assert(
    fc.property(worlds, fc.nat(), (world, at) => {
      const all = revocations(world);
      const after = all[at % all.length];
      if (!after) return;
      const before = allowedIn(world, actorIn(world));
      expect(beyond(allowedIn(after, actorIn(after)), before)).toEqual([]);
    }),
    MANY,
  );
});

/** Each world with one membership less: of the person, of a group on a flow, or of the person in a group. */
function departures(world: World): World[] {
  const fromFlows = world.flows.flatMap(({ members }, at) =>
    MEMBERS.filter((name) => members[name]).map((name) => {
      const { [name]: _gone, ...rest } = members;
      return withFlow(world, at, { members: rest });
    }),
  );
  const fromGroups = without(world.inGroups).map((inGroups) => ({ ...world, inGroups }));
  return [...fromFlows, ...fromGroups];
}

const BY_DEFAULT = ['flow:read', 'flow:edit', 'flow:execute'];

test('whatever membership goes allows nothing more, but for what it had shut out', () => {
  fc.assert(
    fc.property(worlds, fc.nat(), (world, pick) => {
      const all = departures(world);
      const after = all[pick % all.length];
      if (!after) return;
      const before = allowedIn(world, actorIn(world));
      const more = beyond(allowedIn(after, actorIn(after)), before);
      for (const [at, flow] of after.flows.entries()) {
        const here = more.filter((each) => each.endsWith(` on ${at}`));
        const lostOwn = world.flows[at]?.members.person && !flow.members.person;
        if (isMemberOf(after, flow)) {
          // Nobody’s own role shuts out any more what their groups have; the strongest of these counted before.
          if (!lostOwn) expect(here).toEqual([]);
        } else if (flow.kind === 'DATASET' || flow.kind === 'LIST') {
          expect(here).toEqual([]);
        } else {
          // Where the last goes, the role in the account comes in, if all flows were granted.
          const byDefault = world.shared.includes(EVERYWHERE) ? BY_DEFAULT : [];
          expect(byDefault.map((each) => `${each} on ${at}`)).toEqual(expect.arrayContaining(here));
        }
      }
      expect(more.filter((each) => !each.includes(' on '))).toEqual([]);
    }),
    MANY,
  );
});

test('what is not covered is refused like what does not exist', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const shared = world.shared.filter((each) => each !== EVERYWHERE);
      const uncovered = { ...world, shared };
      const actor = actorIn(uncovered);
      const seen = uncovered.flows.filter(({ isGranted }) => !isGranted);
      const different = seen.flatMap((flow) => {
        const facts = factsFor(uncovered, flow, actor);
        return world.questions.onFlows.filter((each) => {
          const missing = refusedUnseen(actor, each, undefined)?.denial;
          const found = decide(actor, each, facts);
          return (
            !missing ||
            found.allowed ||
            JSON.stringify(found.denial) !== JSON.stringify(missing) ||
            JSON.stringify(refusedUnseen(actor, each, facts)?.denial) !== JSON.stringify(missing)
          );
        });
      });
      expect(different).toEqual([]);
    }),
    MANY,
  );
});
