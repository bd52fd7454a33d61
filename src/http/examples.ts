import { readFileSync } from 'node:fs';

import type { AccountPermission, DatasetPermission } from '../authz/permissions.js';
import type { Principal } from '../authz/principal.js';
import type { Context } from '../context.js';
import { visibleDatasets } from '../domain/visibility.js';
import { findTargets, NO_TARGETS, type Targets } from './example-targets.js';

/** An operation to start from. Without a need it suits everybody. */
interface Example {
  /** In `examples/`, without its extension. */
  readonly file: string;
  /** Suits those who hold it in the account. */
  readonly inAccount?: AccountPermission;
  /** Suits those who hold it on some dataset. */
  readonly onDataset?: DatasetPermission;
  readonly variables?: (targets: Targets) => Readonly<Record<string, unknown>>;
}

const EXAMPLES: readonly Example[] = [
  { file: 'who-am-i' },
  { file: 'my-datasets' },
  {
    file: 'one-dataset',
    onDataset: 'dataset:read',
    variables: ({ dataset }) => ({ id: dataset.id }),
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
    variables: ({ dataset, newcomer }) => ({
      input: { datasetId: dataset.id, nameOrEmail: newcomer.email, role: 'VIEWER' },
    }),
  },
  {
    file: 'give-another-role',
    onDataset: 'dataset:share',
    variables: ({ dataset, member }) => ({
      input: {
        datasetId: dataset.id,
        memberId: member.id,
        role: member.role === 'VIEWER' ? 'MEMBER' : 'VIEWER',
      },
    }),
  },
  {
    file: 'rename',
    onDataset: 'dataset:rename',
    variables: ({ dataset }) => ({
      input: { datasetId: dataset.id, name: dataset.name && `${dataset.name} (renamed)` },
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
    variables: ({ colleague }) => ({ id: colleague.id }),
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
  const tabs: Tab[] = [];
  for (const { file, inAccount, onDataset, variables } of EXAMPLES) {
    if (inAccount && !context.principal?.permissions.has(inAccount)) continue;
    const dataset = onDataset && (await findDataset(context, onDataset));
    if (onDataset && !dataset) continue;
    const query = texts.get(file) ?? '';
    if (!variables) {
      tabs.push({ query });
      continue;
    }
    const targets = demo ? await findTargets(context, dataset) : NO_TARGETS;
    tabs.push({ query, variables: JSON.stringify(variables(targets), null, 2) });
  }
  return tabs;
}

/** The oldest dataset on which the person's role allows this. */
function findDataset({ db, principal }: Context, permission: DatasetPermission) {
  return db.flow.findFirst({
    where: visibleDatasets(principal && withoutOverride(principal), permission),
    select: { id: true, name: true },
    orderBy: { id: 'asc' },
  });
}

/** Nobody asked for the override yet, and each use of it is marked. */
function withoutOverride(principal: Principal): Principal {
  const permissions = new Set(principal.permissions);
  permissions.delete('dataset:override');
  return { ...principal, permissions };
}
