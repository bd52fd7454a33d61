import { aboutOf } from './about.js';
import type { Rehearsal } from './gateway.js';
import type { Loaded } from './load.js';
import { judge } from './oracle.js';
import { askAll, type Reader, type Said } from './reader.js';
import { BUILT_IN } from './tables.js';
import { roleOn, type Question } from './world.js';

/** What the matrix says of those who hold one role. */
export const accessMatrix: Reader = {
  name: 'accessMatrix',
  share: { reads: 30, writes: 30 },
  asks: (loaded, question) =>
    isAnybody(loaded, question) &&
    columnOf(loaded, question) !== undefined &&
    hasRow(loaded, question)
      ? [question]
      : undefined,
  async read(gateway, loaded, questions) {
    const columns = await roleColumns(gateway, loaded);
    return questions.map((question) => {
      const { coordinate = '' } = aboutOf(loaded.world, question) ?? {};
      return left(columns.get(columnOf(loaded, question) ?? '')?.get(coordinate));
    });
  },
};

/** What the matrix says of one person or key. */
export const accessMatrixOfOne: Reader = {
  name: 'accessMatrix of one',
  share: { reads: 30, writes: 30 },
  asks: (loaded, question) =>
    isAnybody(loaded, question) && question.who.as === undefined && hasRow(loaded, question)
      ? [question]
      : undefined,
  async read(gateway, loaded, questions) {
    const holderOf = ({ who }: Question) =>
      loaded.world.sessions.find(({ id }) => id === who.by)?.holder ?? who.by;
    const holders = [...new Set(questions.map(holderOf))];
    const answers = await askAll(gateway, holders, {
      sender: () => loaded.governor,
      atOnce: 1,
      field: (holder) =>
        `accessMatrix(principalId: ${JSON.stringify(loaded.id(holder))}) { rows { coordinate principal { outcome } } }`,
    });
    const columns = new Map(
      holders.map((holder) => {
        const { rows = [] } = (answers.get(holder)?.value ?? {}) as {
          rows?: { coordinate: string; principal: { outcome: string } }[];
        };
        return [holder, new Map(rows.map((row) => [row.coordinate, row.principal.outcome]))];
      }),
    );
    return questions.map((question) => {
      const { coordinate = '' } = aboutOf(loaded.world, question) ?? {};
      return left(columns.get(holderOf(question))?.get(coordinate));
    });
  },
};

/** That it depends leaves open whether somebody may. */
function left(outcome = 'nothing'): Said | undefined {
  return outcome === 'DEPENDS' ? undefined : outcome;
}

/** It tells of those who can ask at all. */
function isAnybody({ world }: Loaded, { who }: Question): boolean {
  return judge(world, { who, operation: 'Query.me' }) === 'ALLOWED';
}

function hasRow(loaded: Loaded, question: Question): boolean {
  return aboutOf(loaded.world, question) !== undefined;
}

/** People who are signed in: by their role where it is done, else by that in the account, if they hold one alone. */
function columnOf({ world }: Loaded, { who, on = '' }: Question): string | undefined {
  const session = world.sessions.find(({ id }) => id === who.by);
  if (!session) return undefined;
  const flow = world.flows.find(({ id }) => id === on);
  const role = roleOn(world, on, session.holder);
  if (flow && role) return `${flow.kind === 'DATASET' ? 'DATASET' : 'FLOW'} ${role}`;
  const { roles = [] } = world.people.find(({ id }) => id === session.holder) ?? {};
  const [only = ''] = roles;
  return roles.length === 1 && BUILT_IN.includes(only) ? `ACCOUNT ${only}` : undefined;
}

type Columns = Map<string, Map<string, string>>;

const known = new WeakMap<Rehearsal, Promise<Columns>>();

/** They are the same in every world. */
function roleColumns(gateway: Rehearsal, loaded: Loaded): Promise<Columns> {
  const found = known.get(gateway) ?? readRoleColumns(gateway, loaded);
  known.set(gateway, found);
  return found;
}

async function readRoleColumns(gateway: Rehearsal, loaded: Loaded): Promise<Columns> {
  const { data } = await gateway.ask(
    loaded.governor,
    '{ accessMatrix { roles { family role } rows { coordinate cells { outcome } } } }',
  );
  const { roles = [], rows = [] } = (data?.['accessMatrix'] ?? {}) as {
    roles?: { family: string; role: string }[];
    rows?: { coordinate: string; cells: { outcome: string }[] }[];
  };
  return new Map(
    roles.map(({ family, role }, at) => [
      `${family} ${role}`,
      new Map(rows.map(({ coordinate, cells }) => [coordinate, cells[at]?.outcome ?? ''])),
    ]),
  );
}
