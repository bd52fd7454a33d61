import type { Difference } from './compare.js';
import type { Question, World } from './world.js';

/** A disagreement for people to read: the world, the question, what the oracle says, and what somebody else. */
export function inWords(world: World, { question, reader, expected, said }: Difference): string {
  return [
    'In this world',
    ...worldInWords(world).map((line) => `  ${line}`),
    questionInWords(world, question),
    `  the oracle says ${expected}`,
    `  ${reader} says ${said}`,
  ].join('\n');
}

function worldInWords(world: World): string[] {
  const list = (names: readonly string[]) => names.join(', ') || 'nothing';
  const plain = (state: string) =>
    /^(ACTIVE|ENABLED|GOOD|LIVE)$/.test(state) ? '' : ` (${state})`;
  return [
    ...world.people.map(({ id, state, roles }) => `person ${id}${plain(state)}: ${list(roles)}`),
    ...world.roles.map(
      ({ id, permissions, parents }) =>
        `role ${id}: ${list(permissions)}; inherits ${list(parents)}`,
    ),
    ...world.groups.map(({ id, people }) => `group ${id}: ${list(people)}`),
    ...world.programs.map(({ id, state }) => `service account ${id}${plain(state)}`),
    ...world.flows.map(({ id, kind }) => `${kind} ${id}`),
    ...world.members.map(({ id, flow, who, role }) => `member ${id}: ${who} is ${role} on ${flow}`),
    ...world.views.map(({ id, flow, by }) => `view ${id} on ${flow} by ${by || 'nobody'}`),
    ...world.sessions.map(({ id, holder, state }) => `session ${id} of ${holder}${plain(state)}`),
    ...world.keys.map(
      ({ id, holder, state, only }) =>
        `key ${id} of ${holder}${plain(state)}${only.length > 0 ? `, only ${only.join(', ')}` : ''}`,
    ),
    ...world.grants.map(
      ({ id, program, on, state }) => `grant ${id}: ${program} acts on ${on}${plain(state)}`,
    ),
    ...world.invitations.map(({ id }) => `invitation ${id}`),
  ];
}

function questionInWords(world: World, question: Question): string {
  const { who, operation, on, target, role, gives } = question;
  const holder = [...world.sessions, ...world.keys].find(({ id }) => id === who.by)?.holder;
  return [
    `${holder} by ${who.by}${who.as === undefined ? '' : ` as ${who.as}`}:`,
    operation,
    on && `on ${on}`,
    target && `about ${target}`,
    role && `with ${role}`,
    gives && `giving ${gives.join(', ') || 'nothing'}`,
  ]
    .filter(Boolean)
    .join(' ');
}
