import { v7 as uuidv7 } from 'uuid';

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

const CAST = [
  { name: 'Keeper' },
  { name: 'Actor', role: 'EDITOR' },
  { name: 'Newcomer' },
  { name: 'Super Admin', role: 'SUPER_ADMIN' },
  { name: 'Another Admin' },
  { name: 'Another Member' },
  { name: 'Another Viewer' },
] as const;

type Cast = [Actor, Actor, Actor, Actor, Actor, Actor, Actor];

/** A stage for each of these roles of the actor, all at the cost of one. */
export async function createStages(
  here: Workspace,
  roles: readonly DatasetRole[],
): Promise<Stage[]> {
  const people = await here.people(roles.flatMap(() => CAST));
  const casts = roles.map((role, at) => {
    const from = at * CAST.length;
    return { role, cast: people.slice(from, from + CAST.length) as Cast };
  });
  const datasets = await here.datasets(
    casts.map(({ role, cast: [keeper, actor, , , admin, member, viewer] }) => ({
      name: `Furniture ${actor.id}`,
      members: [
        { user: admin, role: 'ADMIN' },
        { user: member, role: 'MEMBER' },
        { user: viewer, role: 'VIEWER' },
        { user: keeper, role: 'ADMIN' },
        { user: actor, role },
      ],
    })),
  );
  const bare = casts.map(({ cast: [keeper, actor, newcomer, superAdmin] }, at) => ({
    dataset: datasets[at] as Shared,
    keeper,
    actor,
    newcomer,
    superAdmin,
  }));
  return furnish(here, bare);
}

type Bare = Pick<Stage, 'dataset' | 'keeper' | 'actor' | 'newcomer' | 'superAdmin'>;

/** Gives each of the datasets two fields, two rows and two views. */
async function furnish({ accountId }: Workspace, stages: readonly Bare[]): Promise<Stage[]> {
  const { client } = await testDatabase();
  const drafts = stages.map((stage) => {
    const { actor, keeper, dataset } = stage;
    const common = { accountId, flowId: dataset.rowId };
    const field = (name: string, key: string, type: 'TEXT' | 'NUMBER', position: number) => ({
      ...common,
      id: uuidv7(),
      key,
      name,
      nameKey: key,
      type,
      position,
    });
    const [name, price] = [field('Name', 'name', 'TEXT', 0), field('Price', 'price', 'NUMBER', 1)];
    const view = ({ id, name: owner }: Actor) => ({
      ...common,
      id: uuidv7(),
      name: `A view of ${owner}`,
      definition: { orderBy: [{ field: name.id, direction: 'DESC' }] },
      createdById: id,
    });
    const row = (title: string, amount: string) => ({ ...common, id: uuidv7(), title, amount });
    return {
      stage,
      fields: { name, price },
      views: { own: view(actor), another: view(keeper) },
      rows: { lamp: row('Lamp', '20'), chair: row('Chair', '90') },
    };
  });
  const made = await client.datasetField.createManyAndReturn({
    data: drafts.flatMap(({ fields }) => [fields.name, fields.price]),
    select: { id: true, slot: true },
  });
  const slots = new Map(made.map(({ id, slot }) => [id, slot]));
  await client.datasetRow.createMany({
    data: drafts.flatMap(({ fields, rows }) =>
      [rows.lamp, rows.chair].map(({ title, amount, ...row }) => ({
        ...row,
        values: {
          [String(slots.get(fields.name.id))]: title,
          [String(slots.get(fields.price.id))]: amount,
        },
      })),
    ),
  });
  await client.datasetView.createMany({
    data: drafts.flatMap(({ views }) => [views.own, views.another]),
  });
  return drafts.map(({ stage, fields, rows, views }) => {
    const [admin = '', member = '', viewer = ''] = stage.dataset.memberIds;
    return {
      ...stage,
      others: { ADMIN: admin, MEMBER: member, VIEWER: viewer },
      fields: {
        name: globalId('DatasetField', fields.name.id),
        price: globalId('DatasetField', fields.price.id),
      },
      rows: {
        lamp: globalId('DatasetRow', rows.lamp.id),
        chair: globalId('DatasetRow', rows.chair.id),
      },
      views: {
        own: globalId('DatasetView', views.own.id),
        another: globalId('DatasetView', views.another.id),
      },
    };
  });
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
