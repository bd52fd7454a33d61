import type { Actor } from './actor.js';
import { testDatabase } from './database.js';
import type { DatasetRole } from './generated/graphql.js';
import { globalId, type Shared, type Workspace } from './world.js';

/** A fresh dataset with something of everything, and fresh people around it. */
export interface Stage {
  readonly dataset: Shared;
  /** Whoever holds exactly the role that it is about, and no account role that gives anything here. */
  readonly actor: Actor;
  /** An Admin of the dataset, who looks at what has become of it. */
  readonly keeper: Actor;
  /** Somebody without a role on it. */
  readonly newcomer: Actor;
  readonly superAdmin: Actor;
  /** The memberships of three others. */
  readonly others: Readonly<Record<DatasetRole, string>>;
  readonly fields: { readonly name: string; readonly price: string };
  readonly rows: { readonly lamp: string; readonly chair: string };
  readonly views: { readonly own: string; readonly another: string };
}

export async function createStage(here: Workspace, role: DatasetRole): Promise<Stage> {
  const [keeper, actor, newcomer, superAdmin, admin, member, viewer] = await here.people([
    { name: 'Keeper' },
    { name: 'Actor', role: 'EDITOR' },
    { name: 'Newcomer' },
    { name: 'Super Admin', role: 'SUPER_ADMIN' },
    { name: 'Another Admin' },
    { name: 'Another Member' },
    { name: 'Another Viewer' },
  ]);
  const dataset = await here.dataset({
    name: `Furniture ${actor.id}`,
    members: [
      { user: admin, role: 'ADMIN' },
      { user: member, role: 'MEMBER' },
      { user: viewer, role: 'VIEWER' },
      { user: keeper, role: 'ADMIN' },
      { user: actor, role },
    ],
  });
  const [adminId = '', memberId = '', viewerId = ''] = dataset.memberIds;
  const fields = await createFields(here, dataset);
  return {
    dataset,
    actor,
    keeper,
    newcomer,
    superAdmin,
    others: { ADMIN: adminId, MEMBER: memberId, VIEWER: viewerId },
    fields: {
      name: globalId('DatasetField', fields.name.id),
      price: globalId('DatasetField', fields.price.id),
    },
    rows: {
      lamp: await createRow(here, dataset, {
        [fields.name.slot]: 'Lamp',
        [fields.price.slot]: '20',
      }),
      chair: await createRow(here, dataset, {
        [fields.name.slot]: 'Chair',
        [fields.price.slot]: '90',
      }),
    },
    views: {
      own: await createView(here, dataset, actor, fields.name.id),
      another: await createView(here, dataset, keeper, fields.name.id),
    },
  };
}

async function createFields({ accountId }: Workspace, { rowId: flowId }: Shared) {
  const { client } = await testDatabase();
  const design = { accountId, flowId };
  const select = { id: true, slot: true };
  return {
    name: await client.datasetField.create({
      data: { ...design, key: 'name', name: 'Name', nameKey: 'name', type: 'TEXT', position: 0 },
      select,
    }),
    price: await client.datasetField.create({
      data: {
        ...design,
        key: 'price',
        name: 'Price',
        nameKey: 'price',
        type: 'NUMBER',
        position: 1,
      },
      select,
    }),
  };
}

async function createRow(
  { accountId }: Workspace,
  { rowId: flowId }: Shared,
  values: Readonly<Record<number, string>>,
): Promise<string> {
  const { client } = await testDatabase();
  const { id } = await client.datasetRow.create({ data: { accountId, flowId, values } });
  return globalId('DatasetRow', id);
}

/** A view that orders the rows by this field. */
async function createView(
  { accountId }: Workspace,
  { rowId: flowId }: Shared,
  owner: Actor,
  fieldId: string,
): Promise<string> {
  const { client } = await testDatabase();
  const { id } = await client.datasetView.create({
    data: {
      accountId,
      flowId,
      name: `A view of ${owner.name}`,
      definition: { orderBy: [{ field: fieldId, direction: 'DESC' }] },
      createdById: owner.id,
    },
  });
  return globalId('DatasetView', id);
}

/** All that the database holds of the dataset and its copies, past the gateway; a file that waits to be run aside. */
export async function contentsOf({ dataset: { rowId, name } }: Stage): Promise<string> {
  const { client } = await testDatabase();
  const [contents] = await client.$queryRaw<unknown[]>`
    SELECT
      (SELECT jsonb_agg(t ORDER BY t.id) FROM flow t
        WHERE t.id = ${rowId}::uuid OR t.name LIKE ${`%${name}%`}) AS flows,
      (SELECT jsonb_agg(t) FROM dataset_settings t WHERE t.flow_id = ${rowId}::uuid) AS settings,
      (SELECT jsonb_agg(t ORDER BY t.id) FROM dataset_field t WHERE t.flow_id = ${rowId}::uuid) AS fields,
      (SELECT jsonb_agg(t ORDER BY t.id) FROM dataset_row t WHERE t.flow_id = ${rowId}::uuid) AS rows,
      (SELECT jsonb_agg(t ORDER BY t.id) FROM dataset_view t WHERE t.flow_id = ${rowId}::uuid) AS views,
      (SELECT jsonb_agg(t ORDER BY t.id) FROM flow_member t WHERE t.flow_id = ${rowId}::uuid) AS members,
      (SELECT jsonb_agg(t ORDER BY t.id) FROM egress_record t WHERE t.flow_id = ${rowId}::uuid) AS exports,
      (SELECT jsonb_agg(t ORDER BY t.id) FROM dataset_import t
        WHERE t.flow_id = ${rowId}::uuid AND t.state <> 'READY') AS imports`;
  return JSON.stringify(contents);
}
