import { DEMO_PEOPLE } from '../../prisma/seed.js';
import { AUDIT_ACTIONS } from '../../src/audit/events.js';
import {
  ACCOUNT_ROLE_NAMES,
  ACCOUNT_ROLE_TABLE,
  ACCOUNT_ROLES,
  type AccountRole,
} from '../../src/authz/account-roles.js';
import {
  NEVER_DELEGABLE,
  SHARED_RESOURCE_TABLE,
  SHARED_RESOURCES,
  type SharedResourceRow,
} from '../../src/authz/boundary.js';
import {
  DATASET_ROLE_NAMES,
  DATASET_ROLE_TABLE,
  DATASET_ROLES,
  PERMISSION_TO_MAKE,
  type DatasetRole,
} from '../../src/authz/dataset-roles.js';
import {
  FLOW_ROLE_NAMES,
  FLOW_ROLE_TABLE,
  FLOW_ROLES,
  type FlowRole,
} from '../../src/authz/flow-roles.js';
import {
  ACCOUNT_PERMISSIONS,
  DATASET_PERMISSIONS,
  FLOW_PERMISSIONS,
} from '../../src/authz/permissions.js';
import { CONDITIONS, type Cell, type Row } from '../../src/authz/role-table.js';
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
      ['what', 'permission', ...FLOW_ROLES.map((role) => FLOW_ROLE_NAMES[role]), 'without a role'],
      FLOW_PERMISSIONS.map((permission) => {
        const row: Row<FlowRole> = FLOW_ROLE_TABLE[permission];
        const cells = FLOW_ROLES.map((role) => mark(row[role]));
        return [row.label, `\`${permission}\``, ...cells, withoutRole(row)];
      }),
    ),
  'account-roles': () =>
    table(
      ['permission', ...ACCOUNT_ROLES.map((role) => ACCOUNT_ROLE_NAMES[role])],
      ACCOUNT_PERMISSIONS.map((permission) => {
        const roles: readonly AccountRole[] = ACCOUNT_ROLE_TABLE[permission];
        return [`\`${permission}\``, ...ACCOUNT_ROLES.map((role) => mark(roles.includes(role)))];
      }),
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
  const roles = DATASET_ROLES.map((role) => DATASET_ROLE_NAMES[role]);
  return table(
    ['what', 'permission', ...roles, 'Super Admin without a role'],
    DATASET_PERMISSIONS.filter(isWanted).map((permission) => {
      const row: Row<DatasetRole> = DATASET_ROLE_TABLE[permission];
      const cells = DATASET_ROLES.map((role) => mark(row[role]));
      return [row.label, `\`${permission}\``, ...cells, mark(row.override)];
    }),
  );
}

/** Who may do it on a flow without a role there. */
function withoutRole({ byDefault, override }: Row<FlowRole>): string {
  const holders: readonly AccountRole[] = byDefault ? ACCOUNT_ROLE_TABLE[byDefault] : [];
  const names = holders.map((role) => ACCOUNT_ROLE_NAMES[role]);
  return [...names, ...(override ? ['Super Admin by override'] : [])].join(', ') || mark(false);
}

function mark(cell: Cell): string {
  if (typeof cell === 'string') return `yes, ${CONDITIONS[cell]}`;
  return cell ? 'yes' : '–';
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
