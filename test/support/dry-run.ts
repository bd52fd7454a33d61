import { Actor, type Result } from './actor.js';
import { testDatabase } from './database.js';

/** What a dry run says of one field. */
export interface Verdict {
  readonly path: readonly string[];
  readonly coordinate: string;
  readonly code?: string;
  readonly message?: string;
  readonly denial?: { readonly reason: string; readonly missing: readonly string[] };
  readonly rule?: string;
}

/** The same actor, asking what would be refused. */
export function asking({ app, id, name, email, headers }: Actor, value = '1'): Actor {
  return new Actor(app, id, name, email, { ...headers, 'x-authz-dry-run': value });
}

/** What a dry run found. */
export function foreseenIn({ text }: Result): { refused: Verdict[]; undecided: Verdict[] } {
  const { extensions } = JSON.parse(text) as {
    extensions: { dryRun: { refused: Verdict[]; undecided: Verdict[] } };
  };
  return extensions.dryRun;
}

/** The refusals of a real run, as a dry run tells of them: places in lists are left out, and each is told once. */
export function refusalsIn({ errors = [] }: Result): Partial<Verdict>[] {
  const told = errors.map(({ path = [], message, extensions }) => ({
    path: path.filter((step) => typeof step === 'string'),
    message,
    ...extensions,
  }));
  const known = new Map(told.map((each) => [JSON.stringify(each.path), each]));
  return [...known.values()] as Partial<Verdict>[];
}

/** A fingerprint of every table, but for when credentials were last used. */
export async function stateOfTables(): Promise<Record<string, string>> {
  const { client } = await testDatabase();
  const tables = await client.$queryRaw<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY 1`;
  const states: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await client.$queryRawUnsafe<{ state: string }[]>(`
      SELECT count(*) || ' ' || coalesce(md5(string_agg(row, ' ' ORDER BY row)), '') AS state
      FROM (SELECT (to_jsonb(t) - 'last_used_at' - 'last_used_from')::text AS row FROM "${name}" t) AS rows`);
    states[name] = row?.state ?? '';
  }
  return states;
}
