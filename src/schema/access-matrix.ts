import type { AccessCell as Cell, RoleColumn } from '../authz/matrix.js';
import { ROLE_COLUMNS } from '../authz/matrix.js';
import { all, also, AUTHENTICATED, needs } from '../authz/rule.js';
import { ruleName } from '../authz/tables.js';
import { findHolder } from '../domain/holder.js';
import { decodeId } from '../domain/ids.js';
import { notFound } from '../errors.js';
import { accessRowsOf, cellsFor, type AccessRow as Row } from './access-rows.js';
import { builder, reached } from './builder.js';
import { search } from './inputs.js';
import { printing } from './scopes.js';

const AccessOutcome = builder.enumType('AccessOutcome', {
  description: 'Whether somebody may read a field or call a mutation.',
  values: {
    ALWAYS: { description: 'Whatever it is about, if they can see that.' },
    NEVER: { description: 'By nothing that may be true of them beside what the column says.' },
    DEPENDS: { description: 'On what the cell says.' },
  } as const,
});

const RoleFamily = builder.enumType('RoleFamily', {
  description: 'Where a role counts.',
  values: {
    ACCOUNT: { value: 'account', description: 'In the account.' },
    DATASET: { value: 'dataset', description: 'On a dataset.' },
    FLOW: { value: 'flow', description: 'On a flow of another kind.' },
  } as const,
});

const AccessMatrixRole = builder.objectRef<RoleColumn>('AccessMatrixRole').implement({
  description:
    'A column of the access matrix: people who are signed in as themselves and hold this role. Of one in the account they hold no other there, and whatever roles on datasets and flows; of one on a dataset or a flow it is their role on the dataset or flow that it is about, and their roles in the account may be any.',
  authScopes: reached,
  fields: (t) => ({
    family: t.field({
      type: RoleFamily,
      description: 'Where it counts.',
      resolve: ({ family }) => family,
    }),
    role: t.exposeString('role', { description: 'The role, as other fields write it.' }),
    name: t.exposeString('name', { description: 'What people call it.' }),
  }),
});

const AccessMatrixCell = builder.objectRef<Cell>('AccessMatrixCell').implement({
  description: 'What the access matrix says of a field and a column.',
  authScopes: reached,
  fields: (t) => ({
    outcome: t.field({
      type: AccessOutcome,
      description: 'Whether they may.',
      resolve: ({ outcome }) => outcome,
    }),
    on: t.stringList({
      description: 'On what it depends, in a few words each; empty unless it does.',
      resolve: ({ on }) => [...on],
    }),
  }),
});

interface Line extends Row {
  readonly principal: Cell | null;
}

const AccessMatrixRow = builder.objectRef<Line>('AccessMatrixRow').implement({
  description: 'A line of the access matrix: a field of the schema.',
  authScopes: reached,
  fields: (t) => ({
    coordinate: t.exposeString('coordinate', { description: 'As `Mutation.renameDataset`.' }),
    type: t.exposeString('type', { description: 'The name of the type.' }),
    field: t.exposeString('field', { description: 'The name of the field.' }),
    rule: t.exposeString('rule', {
      description:
        'Who may read or call it, as the schema prints it; of what is public on its type, through which rule one gets there.',
    }),
    cells: t.field({
      type: [AccessMatrixCell],
      description: 'One for each role, in the order of `AccessMatrix.roles`.',
      // They are found once for everybody, so all of them together cost as much as one object.
      complexity: { field: 1, multiplier: 0 },
      resolve: ({ cells }) => [...cells],
    }),
    principal: t.field({
      type: AccessMatrixCell,
      nullable: true,
      description: 'What it says of the principal that was asked for; null: nobody was.',
      resolve: ({ principal }) => principal,
    }),
  }),
});

interface Matrix {
  readonly name: string | null;
  readonly rows: readonly Line[];
}

const AccessMatrix = builder.objectRef<Matrix>('AccessMatrix').implement({
  description:
    'Who may read each field of the schema and call each mutation. It tells of rules: what somebody cannot see at all is not there for them, whatever a rule says.',
  authScopes: reached,
  fields: (t) => ({
    roles: t.field({
      type: [AccessMatrixRole],
      description: 'The columns: roles in the account, on datasets, and on flows of other kinds.',
      resolve: () => [...ROLE_COLUMNS],
    }),
    principalName: t.exposeString('name', {
      nullable: true,
      description: 'The name of the principal that was asked for; null: nobody was.',
    }),
    rows: t.field({
      type: [AccessMatrixRow],
      description: 'The lines, in the order of the alphabet.',
      complexity: { field: 1, multiplier: 1000 },
      resolve: ({ rows }) => [...rows],
    }),
  }),
});

/** The rules of all are no secret, and whoever asks for them at length says who asks; of somebody else it is told less. */
const matrixReader = printing(
  `authenticated; of somebody else also ${ruleName('governance:read')}, of a key whoever can see the key`,
  all(AUTHENTICATED, also('of somebody else', needs('governance:read'))),
  (_root: unknown, { principalId }: { readonly principalId?: string | null | undefined }) => {
    const { typename, id } = decodeId(principalId ?? '');
    // To whom a key is hidden it is not there, like everywhere.
    if (principalId == null || typename === 'AccessKey') return { authenticated: true };
    return { authenticated: true, $any: { self: id, account: 'governance:read' as const } };
  },
);

builder.queryField('accessMatrix', (t) =>
  t.field({
    type: AccessMatrix,
    description:
      'The access matrix: who may read each field of this schema and call each mutation, by role, and if you like for one principal.',
    authScopes: matrixReader,
    args: {
      search: t.arg.string({
        required: false,
        description: 'Words of which each stands in the name of the field or its rule.',
        validate: search,
      }),
      principalId: t.arg.id({
        required: false,
        description: 'For whom else to say it: the id of a User, a ServiceAccount or an AccessKey.',
      }),
    },
    resolve: async (_root, { search: text, principalId }, context, { schema }) => {
      const found =
        principalId == null ? undefined : await findHolder(context, decodeId(principalId));
      if (principalId != null && !found) throw notFound();
      const cellFor = found && cellsFor(found.holder);
      const rows = accessRowsOf(schema).filter(matching(text ?? ''));
      return {
        name: found?.name ?? null,
        rows: rows.map((row) => ({ ...row, principal: cellFor?.(row.ways) ?? null })),
      };
    },
  }),
);

function matching(text: string): (row: Row) => boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return ({ coordinate, rule }) => {
    const line = `${coordinate} ${rule}`.toLowerCase();
    return words.every((word) => line.includes(word));
  };
}
