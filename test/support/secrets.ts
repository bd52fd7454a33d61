import { expect } from 'vitest';

import { testDatabase } from './database.js';

/** Every value of every row of every table, as text. */
export async function wholeDatabase(): Promise<string> {
  const { client } = await testDatabase();
  const tables = await client.$queryRaw<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`;
  expect(tables.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['account', 'audit_entry', 'attempt_count', 'session', 'user']),
  );
  const texts = [];
  for (const { name } of tables) {
    const rows = await client.$queryRawUnsafe<{ text: string | null }[]>(
      `SELECT string_agg(to_jsonb(t)::text, E'\n') AS text FROM "${name}" t`,
    );
    texts.push(`${name}:\n${rows[0]?.text ?? ''}`);
  }
  return texts.join('\n');
}

/** The spellings in which a secret could have been kept. */
function spellings(secret: string): string[] {
  return [
    secret,
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    Buffer.from(secret).toString('hex'),
    encodeURIComponent(secret),
  ];
}

export function expectNowhere(text: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    for (const spelling of spellings(secret)) expect(text).not.toContain(spelling);
  }
}
