import { Actor, type Result } from './actor.js';
import { testApp, type TestApp } from './app.js';
import { testDatabase } from './database.js';
import { AddDatasetRows, CreateDataset, GetDatasetMembers, ReadPerson } from './operations.js';
import { table } from './table.js';
import { twinDatabase } from './twin.js';
import { globalId, type Program } from './world.js';

/** So many requests are under way at any time. */
const AT_ONCE = 50;

type Phase = 'before' | 'under way' | 'after';

type Send = (gateway: TestApp) => Promise<Result>;

export interface Counts {
  /** Of those answered before anything was taken away. */
  readonly before: number;
  readonly succeededBefore: number;
  /** Of those sent after the answer that it was. */
  readonly after: number;
  readonly succeededAfter: number;
  /** How long the answer took, in milliseconds. */
  readonly answered: number;
}

/**
 * Sends requests to all gateways all the time, takes something away under that load, and counts how many succeed of
 * those that are sent once that was answered.
 */
export async function countAround(
  gateways: readonly TestApp[],
  sends: readonly Send[],
  revoke: () => Promise<unknown>,
  [before, after]: readonly [number, number],
): Promise<Counts> {
  const counts = { before: 0, succeededBefore: 0, after: 0, succeededAfter: 0, answered: 0 };
  let phase: Phase = 'before';
  // Others turn it while somebody waits.
  const phaseNow = (): Phase => phase;
  let at = 0;
  const loop = async (): Promise<void> => {
    while (counts.after < after) {
      const sentIn = phaseNow();
      // Each kind of request goes to each gateway.
      const send = sends[at % sends.length];
      const gateway = gateways[Math.floor(at / sends.length) % gateways.length];
      at += 1;
      if (!send || !gateway) throw new Error('There are requests and gateways.');
      const { errors } = await send(gateway);
      // What is answered while it is being taken away may have come too late.
      if (sentIn === 'before' && phaseNow() === 'before') {
        counts.before += 1;
        counts.succeededBefore += errors ? 0 : 1;
      } else if (sentIn === 'after') {
        counts.after += 1;
        counts.succeededAfter += errors ? 0 : 1;
      }
      if (phaseNow() === 'before' && counts.before >= before) {
        phase = 'under way';
        const started = performance.now();
        await revoke();
        counts.answered = Math.round(performance.now() - started);
        phase = 'after';
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, loop));
  return counts;
}

export interface Scene extends Awaited<ReturnType<typeof table>> {
  readonly program: Program;
  /** The id of the program's key as the API names it. */
  readonly keyId: string;
  readonly onFlow: string;
  readonly shared: string;
  readonly iamAdmin: Actor;
}

/** A dataset with a field, a program that may act on it and on shared resources, and who could end that. */
export async function scene(): Promise<Scene> {
  const all = await table([{ name: 'Name', type: 'TEXT' }]);
  const { here, dataset } = all;
  const program = await here.program();
  const onFlow = await here.letAct(program, { flowId: dataset.rowId });
  const shared = await here.letAct(program, { resource: 'USER_AND_GROUP_MANAGEMENT' });
  const { client } = await testDatabase();
  const key = await client.accessKey.findFirstOrThrow({ where: { serviceAccountId: program.id } });
  const iamAdmin = await here.person({ name: 'Ivan Iam', role: 'IAM_ADMIN' });
  return { ...all, program, keyId: globalId('AccessKey', key.id), onFlow, shared, iamAdmin };
}

/** The same actor, who asks another gateway. */
export function through(gateway: TestApp, { id, name, email, headers }: Actor): Actor {
  return new Actor(gateway, id, name, email, headers);
}

/** What is done as a Member of the dataset: something to read and something to write. */
export function asMember({ program, member, dataset }: Scene): Send[] {
  const acting = program.as(member);
  return [
    (gateway) => through(gateway, acting).run(GetDatasetMembers, { id: dataset.id }),
    (gateway) =>
      through(gateway, acting).run(AddDatasetRows, {
        input: { datasetId: dataset.id, rows: [{ name: 'Lamp' }] },
      }),
  ];
}

/** What is done as a Super Admin by grants on shared resources. */
export function asSuperAdmin({ program, superAdmin, outsider }: Scene): Send[] {
  const acting = program.as(superAdmin);
  return [
    (gateway) => through(gateway, acting).run(ReadPerson, { id: globalId('User', outsider.id) }),
    (gateway) => through(gateway, acting).run(CreateDataset, { input: { name: 'New' } }),
  ];
}

/** Two gateways with clients and connections of their own, on one database and with one clock. */
export async function pairOfGateways(
  wrap = (database: Awaited<ReturnType<typeof twinDatabase>>) => database,
) {
  const clock = { aheadMs: 0 };
  const now = () => new Date(Date.now() + clock.aheadMs);
  const databases = [await twinDatabase(), await twinDatabase()];
  const gateways = await Promise.all(
    databases.map((database) => testApp({ database: wrap(database), now })),
  );
  return {
    clock,
    gateways,
    async close() {
      for (const gateway of gateways) await gateway.close();
      for (const database of databases) await database.close();
    },
  };
}
