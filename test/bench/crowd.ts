import type { Bench } from './gateway.js';

const PEOPLE = 10_000;
const GROUPS = 500;
const IN_A_GROUP = 100;

/** Fills the account with people, most of them Editors, and with groups that overlap. */
export async function fillWithPeople({ database }: Pick<Bench, 'database'>): Promise<void> {
  await database.query(
    `WITH a AS (SELECT id AS account_id FROM account WHERE slug = 'acme'),
     made AS (
       INSERT INTO "user" (id, account_id, email, name, name_key, last_signed_in_at)
       SELECT ordered_uuid(now(), n), account_id, 'p' || n || '@acme.example',
              'Person ' || md5(n::text), 'person ' || md5(n::text),
              CASE WHEN n % 3 = 0 THEN NULL ELSE now() - n * interval '1 minute' END
       FROM a, generate_series(1, $1::int) n RETURNING id, account_id)
     INSERT INTO role_assignment (account_id, user_id, role_id)
     SELECT m.account_id, m.id, r.id FROM made m JOIN role r USING (account_id)
     WHERE r.built_in = 'EDITOR' OR (r.built_in IS NULL AND random() < 0.1)`,
    [PEOPLE],
  );
  await database.query(
    `WITH a AS (SELECT id AS account_id FROM account WHERE slug = 'acme'),
     made AS (
       INSERT INTO "group" (id, account_id, name, name_key)
       SELECT gen_random_uuid(), account_id, 'Crowd ' || n, 'crowd ' || n
       FROM a, generate_series(1, $1::int) n RETURNING id, account_id),
     people AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM "user" WHERE email LIKE 'p%@acme.example')
     INSERT INTO group_member (account_id, group_id, user_id)
     SELECT g.account_id, g.id, p.id
     FROM (SELECT *, row_number() OVER () AS n FROM made) g
     JOIN people p ON (p.n - g.n * 17 + $3::int * 100) % $3::int < $2::int`,
    [GROUPS, IN_A_GROUP, PEOPLE],
  );
}

/** So many rounds make the compiler of the JavaScript engine settle. */
const WARM_UP = 30;
const ROUNDS = 60;

/** How long it takes, in the middle and at worst, in words. */
export async function timed(ask: () => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    const since = performance.now();
    await ask();
    if (round >= 0) times.push(performance.now() - since);
  }
  return `${ms(times, 0.5)} / ${ms(times, 0.95)}`;
}

export function ms(times: readonly number[], share: number): string {
  const value = times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? 0;
  return `${value.toFixed(1)} ms`;
}
