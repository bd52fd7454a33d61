import { judge } from './oracle.js';
import { EVERY_FLOW, SHARED, TAKES } from './tables.js';
import { roleOn, type Question, type World } from './world.js';

/** Whether somebody can be refused something for this reason, as the world is. */
export function isSo(world: World, question: Question, reason: string): boolean {
  const { who, operation, on = '' } = question;
  const key = world.keys.find(({ id }) => id === who.by);
  const session = world.sessions.find(({ id }) => id === who.by);
  const actor = (key ?? session)?.holder ?? '';
  const subject = who.as ?? actor;
  const takes = TAKES.get(operation) ?? [];
  const { state } = [...world.people, ...world.programs].find(({ id }) => id === actor) ?? {};
  const isFlow = world.flows.some(({ id }) => id === on);
  const role = roleOn(world, on, subject) ?? 'NONE';
  const live = world.grants
    .filter((each) => each.program === actor && each.state === 'LIVE')
    .map((each) => each.on);
  switch (reason) {
    case 'SUSPENDED':
      return state === 'SUSPENDED' || state === 'DISABLED';
    case 'KEY_RESTRICTED':
      return key !== undefined && key.only.length > 0;
    case 'SIGN_IN_REQUIRED':
      return session === undefined;
    case 'NOT_COVERED':
      return (
        who.as !== undefined &&
        !(isFlow ? live.includes(on) || live.includes(EVERY_FLOW) : live.some(letsAll(takes)))
      );
    case 'NOT_A_TARGET':
      return who.as !== undefined && live.length > 0;
    case 'NOT_DELEGABLE':
      return who.as !== undefined;
    case 'OUTRANKED':
      // Nobody is above a Super Admin.
      return !isFlow && judge(promoted(world, subject), question) !== 'FORBIDDEN';
    case 'NOT_A_MEMBER':
      return isFlow && role === 'NONE';
    case 'ROLE_LACKS_PERMISSION':
      return !isFlow || role !== 'NONE';
    default:
      return false;
  }
}

const letsAll =
  (takes: readonly string[]) =>
  (resource: string): boolean =>
    takes.length > 0 && takes.every((name) => SHARED[resource]?.lets.includes(name));

function promoted(world: World, person: string): World {
  const people = world.people.map((each) =>
    each.id === person ? { ...each, roles: [...each.roles, 'SUPER_ADMIN'] } : each,
  );
  return { ...world, people };
}
