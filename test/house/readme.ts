import { DEMO_PEOPLE } from '../../prisma/seed.js';
import { AUDIT_ACTIONS } from '../../src/audit/events.js';
import { ACCOUNT_ROLE_NAMES } from '../../src/authz/account-roles.js';
import {
  NEVER_DELEGABLE,
  SHARED_RESOURCE_TABLE,
  SHARED_RESOURCES,
  type SharedResourceRow,
} from '../../src/authz/boundary.js';
import { PERMISSION_TO_MAKE } from '../../src/authz/dataset-roles.js';
import {
  cellOf,
  KIND,
  OVERRIDES,
  ROLE_COLUMNS,
  type RoleColumn,
  type RoleFamily,
} from '../../src/authz/matrix.js';
import {
  ACCOUNT_PERMISSIONS,
  DATASET_PERMISSIONS,
  FLOW_PERMISSIONS,
  type FlowPermission,
  type Permission,
} from '../../src/authz/permissions.js';
import { needs } from '../../src/authz/rule.js';
import { rowOf } from '../../src/authz/tables.js';
import { ERROR_CODES } from '../../src/errors.js';
import { read } from './repository.js';

const ROLE_CHANGES: ReadonlySet<string> = new Set([
  ...Object.values(PERMISSION_TO_MAKE),
  'datasetMember:remove',
]);

/** The parts of the README that are made from the code, by the names of their markers. */
const BLOCKS: Readonly<Record<string, () => string>> = {
  people: () =>
    table(
      ['who', 'e-mail', 'what can be seen as them'],
      DEMO_PEOPLE.map(({ name, email, roles }) => [name, `\`${email}\``, roles]),
    ),
  'dataset-roles': () => datasetTable((permission) => !ROLE_CHANGES.has(permission)),
  'role-changes': () => datasetTable((permission) => ROLE_CHANGES.has(permission)),
  'flow-roles': () =>
    table(
      ['what', 'permission', ...columnsOf('flow').map(({ name }) => name), 'without a role'],
      FLOW_PERMISSIONS.map((permission) => {
        const cells = columnsOf('flow').map((column) => mark(permission, column));
        return [rowOf(permission).label, `\`${permission}\``, ...cells, withoutRole(permission)];
      }),
    ),
  'account-roles': () =>
    table(
      ['permission', ...columnsOf('account').map(({ name }) => name)],
      ACCOUNT_PERMISSIONS.map((permission) => [
        `\`${permission}\``,
        ...columnsOf('account').map((column) => mark(permission, column)),
      ]),
    ),
  'shared-resources': () =>
    table(
      ['shared resource', 'lets through', 'as whom'],
      SHARED_RESOURCES.map((resource) => {
        const row: SharedResourceRow = SHARED_RESOURCE_TABLE[resource];
        const through = row.permissions.map((permission) => `\`${permission}\``);
        return [
          `${row.label}: \`${resource}\``,
          [row.everyFlow && 'every flow that the person may see', ...through]
            .filter(Boolean)
            .join(', ') || 'nothing yet',
          row.as?.map((role) => ACCOUNT_ROLE_NAMES[role]).join(', ') ?? 'anybody active',
        ];
      }),
    ),
  'never-delegable': () =>
    `${[...NEVER_DELEGABLE].map((permission) => `\`${permission}\``).join(', ')}\n`,
  'error-codes': () => codeTable(['code', 'means'], ERROR_CODES),
  'audit-actions': () => codeTable(['action', 'means'], AUDIT_ACTIONS),
  'typed-client': () => snippet('ts', 'test/support/client.ts', /\/\*\* A typed client[^]*?\n}\n/),
  'example-permission': () =>
    snippet('ts', 'src/authz/dataset-roles.ts', /^ *'dataset:configure': row.*\n/m),
  'example-field': () =>
    snippet(
      'ts',
      'src/schema/dataset.ts',
      /^ *settings: t\.relation\('settings'[^]*?\n {4}}\),\n/m,
    ),
  'example-schema': () =>
    snippet('graphql', 'schema.graphql', /^ *"""\n *How the dataset opens[^]*?\n *settings: .*\n/m),
};

/** The README with each of these parts as it should be. Throws if it lacks the place for one. */
export function withBlocks(readme: string, blocks = BLOCKS): string {
  let text = readme;
  for (const [name, render] of Object.entries(blocks)) {
    const [begin, end] = [`<!-- begin ${name} -->\n`, `<!-- end ${name} -->`];
    const [before, rest, ...others] = text.split(begin);
    const after = rest?.slice(rest.indexOf(end));
    if (!after?.startsWith(end) || others.length > 0) {
      throw new Error(`README.md must hold one block <!-- begin ${name} --> … ${end}.`);
    }
    text = `${before}${begin}\n${render()}\n${after}`;
  }
  return text;
}

/** A table in the layout of the formatter: columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, at) => Math.max(3, ...lines.map((line) => line[at]?.length ?? 0)));
  const line = (cells: readonly string[], fill = ' ') =>
    `| ${widths.map((width, at) => (cells[at] ?? '').padEnd(width, fill)).join(' | ')} |\n`;
  return [line(head), line([], '-'), ...rows.map((cells) => line(cells))].join('');
}

function datasetTable(isWanted: (permission: string) => boolean): string {
  const roles = columnsOf('dataset');
  return table(
    ['what', 'permission', ...roles.map(({ name }) => name), 'Super Admin without a role'],
    DATASET_PERMISSIONS.filter(isWanted).map((permission) => {
      const cells = roles.map((column) => mark(permission, column));
      const others = columnsOf('account').map((column) => cellOf(needs(permission), column.holder));
      const override = others.some(({ outcome }) => outcome === 'ALWAYS') ? 'yes' : '–';
      return [rowOf(permission).label, `\`${permission}\``, ...cells, override];
    }),
  );
}

/** Who may do it on a flow without a role there. */
function withoutRole(permission: FlowPermission): string {
  const cells = columnsOf('account').map(
    ({ name, holder }) => [name, cellOf(needs(permission), holder)] as const,
  );
  const byDefault = cells.flatMap(([name, { on }]) => (on.includes(KIND) ? [name] : []));
  const byOverride = cells.flatMap(([name, { outcome }]) =>
    outcome === 'ALWAYS' ? [`${name} by override`] : [],
  );
  return [...byDefault, ...byOverride].join(', ') || '–';
}

function columnsOf(family: RoleFamily): readonly RoleColumn[] {
  return ROLE_COLUMNS.filter((column) => column.family === family);
}

/** What the matrix says of a permission and a role; a role on a dataset or flow opens nothing that only the override does. */
function mark(permission: Permission, { holder }: RoleColumn): string {
  const { outcome, on } = cellOf(needs(permission), holder);
  if (outcome === 'ALWAYS') return 'yes';
  const reasons = on.filter((reason) => !OVERRIDES.includes(reason));
  return reasons.length > 0 ? `yes, ${reasons.join(', ')}` : '–';
}

function codeTable(head: readonly string[], meanings: Readonly<Record<string, string>>): string {
  return table(
    head,
    Object.entries(meanings).map(([name, meaning]) => [`\`${name}\``, meaning]),
  );
}

/** A part of a file as it stands there, moved to the left edge. */
function snippet(language: string, file: string, pattern: RegExp): string {
  const found = pattern.exec(read(file))?.[0];
  if (found === undefined) {
    throw new Error(`${file} no longer holds what README.md shows of it: ${pattern.source}`);
  }
  const lines = found.trimEnd().split('\n');
  const indent = Math.min(
    ...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)),
  );
  return `\`\`\`${language}\n${lines.map((line) => line.slice(indent)).join('\n')}\n\`\`\`\n`;
}
