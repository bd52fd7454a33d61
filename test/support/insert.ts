import type { Prisma, PrismaClient } from '../../src/db/generated/client.js';

type Model = Exclude<keyof PrismaClient, `$${string}` | symbol>;
type Row<Name extends Model> = Prisma.Args<
  PrismaClient[Name],
  'createMany'
>['data'] extends infer Data
  ? Data extends readonly (infer Each extends object)[]
    ? Each
    : never
  : never;

/**
 * Writes rows of a model, with their ids, by one statement that is the same for any number of them. `createMany` plans
 * every value anew, which is most of what making a world takes.
 */
export async function insert<Name extends Model>(
  client: PrismaClient,
  model: Name,
  rows: readonly Row<Name>[],
): Promise<void> {
  if (rows.length === 0) return;
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) => `"${columnOf(name)}"`).join(', ');
  const table = `"${columnOf(model)}"`;
  const values = rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [columnOf(name), asJson(value)])),
  );
  await client.$executeRawUnsafe(
    `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`,
    JSON.stringify(values),
  );
}

function columnOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function asJson(value: unknown): unknown {
  return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : value;
}
