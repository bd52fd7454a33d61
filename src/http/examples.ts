import { readFileSync } from 'node:fs';

import type { AccountPermission, DatasetPermission } from '../authz/permissions.js';
import type { Principal } from '../authz/principal.js';
import type { Context } from '../context.js';
import { visibleDatasets } from '../domain/visibility.js';
import { NO_TARGETS, targetsOf, type Targets } from './example-targets.js';

type Variables = Readonly<Record<string, unknown>>;

/** An operation to start from. Without a need it suits everybody. */
interface Example {
  /** In `examples/`, without its extension. */
  readonly file: string;
  /** Suits those who hold it in the account. */
  readonly inAccount?: AccountPermission;
  /** Suits those who hold it on some dataset. */
  readonly onDataset?: DatasetPermission;
  readonly variables?: (targets: Targets) => Variables | Promise<Variables>;
}

const EXAMPLES: readonly Example[] = [
  { file: 'who-am-i' },
  { file: 'my-datasets' },
  {
    file: 'one-dataset',
    onDataset: 'dataset:read',
    variables: ({ dataset }) => ({ id: dataset.id }),
  },
  {
    file: 'rows',
    onDataset: 'datasetRow:filter',
    variables: async ({ dataset, column }) => {
      const { key } = await column();
      return { id: dataset.id, first: 10, filter: {}, orderBy: key ? [{ field: key }] : [] };
    },
  },
  { file: 'everything-by-override', inAccount: 'dataset:override' },
  {
    file: 'take-a-role',
    inAccount: 'dataset:override',
    variables: () => ({ input: { datasetId: '', role: 'ADMIN' } }),
  },
  {
    file: 'share-with-somebody',
    onDataset: 'datasetMember:write',
    variables: async ({ dataset, newcomer }) => ({
      input: { datasetId: dataset.id, nameOrEmail: await newcomer(), role: 'VIEWER' },
    }),
  },
  {
    file: 'give-another-role',
    onDataset: 'dataset:share',
    variables: async ({ dataset, member }) => {
      const { id, role } = await member();
      const other = role === 'VIEWER' ? 'MEMBER' : 'VIEWER';
      return { input: { datasetId: dataset.id, memberId: id, role: other } };
    },
  },
  {
    file: 'add-a-row',
    onDataset: 'datasetRow:write',
    variables: async ({ dataset, column }) => {
      const { key } = await column();
      return { input: { datasetId: dataset.id, rows: [key ? { [key]: 'Something new' } : {}] } };
    },
  },
  {
    file: 'save-a-view',
    onDataset: 'dataset:duplicate',
    variables: async ({ dataset, column }) => {
      const { key } = await column();
      const filter = key ? { field: key, contains: 'o' } : {};
      return { input: { datasetId: dataset.id, name: 'With an o', filter } };
    },
  },
  {
    file: 'take-rows-out',
    onDataset: 'dataset:export',
    variables: ({ dataset }) => ({ input: { datasetId: dataset.id, format: 'CSV' } }),
  },
  {
    file: 'duplicate',
    onDataset: 'dataset:duplicate',
    variables: ({ dataset }) => ({ input: { datasetId: dataset.id, withRows: true } }),
  },
  {
    file: 'add-a-field',
    onDataset: 'datasetField:write',
    variables: ({ dataset }) => ({
      input: { datasetId: dataset.id, name: 'Rating', type: 'NUMBER' },
    }),
  },
  {
    file: 'what-changed',
    onDataset: 'datasetHistory:read',
    variables: ({ dataset }) => ({ id: dataset.id, first: 10 }),
  },
  {
    file: 'rename',
    onDataset: 'dataset:rename',
    variables: ({ dataset: { id, name } }) => ({
      input: { datasetId: id, name: name && `${name} (renamed)` },
    }),
  },
  {
    file: 'new-dataset',
    inAccount: 'dataset:create',
    variables: () => ({ input: { name: 'My first dataset', description: '' } }),
  },
  {
    file: 'what-was-done',
    inAccount: 'auditLog:read',
    variables: () => ({ first: 10, filter: {} }),
  },
  {
    file: 'one-person',
    inAccount: 'user:read',
    variables: async ({ colleague }) => ({ id: await colleague() }),
  },
];

const texts = new Map(
  EXAMPLES.map(({ file }) => [
    file,
    readFileSync(new URL(`./examples/${file}.graphql`, import.meta.url), 'utf8'),
  ]),
);

/** A tab of GraphiQL. */
export interface Tab {
  readonly query: string;
  readonly variables?: string;
}

/**
 * The examples that suit whoever asks. In the demo their variables name what the person can try them on; where
 * things are real, nobody is led to change them with one click.
 */
export async function suitableExamples(context: Context, demo: boolean): Promise<Tab[]> {
  const { principal } = context;
  const tabs: Tab[] = [];
  for (const { file, inAccount, onDataset, variables } of EXAMPLES) {
    if (inAccount && !principal?.permissions.has(inAccount)) continue;
    const dataset = onDataset && (await findDataset(context, onDataset));
    if (onDataset && !dataset) continue;
    const targets = demo && principal ? targetsOf(context, principal, dataset) : NO_TARGETS;
    tabs.push({
      query: texts.get(file) ?? '',
      ...(variables && { variables: JSON.stringify(await variables(targets), null, 2) }),
    });
  }
  return tabs;
}

/** The oldest dataset on which the person's role allows this. */
async function findDataset({ db, principal }: Context, permission: DatasetPermission) {
  if (!principal) return undefined;
  const dataset = await db.flow.findFirst({
    where: visibleDatasets(withoutOverride(principal), permission),
    select: { id: true, name: true },
    orderBy: { id: 'asc' },
  });
  return dataset ?? undefined;
}

/** Nobody asked for the override yet, and each use of it is marked. */
function withoutOverride(principal: Principal): Principal {
  const permissions = new Set(principal.permissions);
  permissions.delete('dataset:override');
  return { ...principal, permissions };
}
