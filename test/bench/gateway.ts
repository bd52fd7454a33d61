import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import pg from 'pg';

import { DEMO_PASSWORD } from '../../prisma/seed.js';
import { startGateway } from '../support/gateway.js';
import { startPostgres } from '../support/postgres.js';

/** A started gateway over a PostgreSQL of its own, as an Editor sees it, and the database behind it. */
export interface Bench {
  readonly pid: number;
  readonly database: pg.Client;
  /** Runs an operation; throws if anything of it is refused. */
  run<Data>(query: string, variables: Record<string, unknown>): Promise<Data>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** From now on it is this person who asks. */
  signIn(email: string): Promise<void>;
}

interface Answer<Data> {
  readonly data: Data;
  readonly errors?: readonly { readonly message: string }[];
}

/** Starts PostgreSQL and the gateway, for as long as `task` takes. TEST_DATABASE_URL names an empty database instead. */
export async function withGateway(task: (bench: Bench) => Promise<void>): Promise<void> {
  const given = process.env['TEST_DATABASE_URL'];
  const server = given === undefined ? await startPostgres() : undefined;
  const url = given ?? server?.url ?? '';
  const folder = mkdtempSync(path.join(tmpdir(), 'fieldgate-bench-'));
  const gateway = startGateway(folder, { DATABASE_URL: url, LOG_LEVEL: 'error' });
  const database = new pg.Client({ connectionString: url });
  try {
    const address = await gateway.ready;
    await database.connect();
    let authorization = '';
    const request = (where: string, init: RequestInit = {}) =>
      fetch(`${address}${where}`, { ...init, headers: { ...init.headers, authorization } });
    const run = async <Data>(query: string, variables: Record<string, unknown>) => {
      const response = await request('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await response.json()) as Answer<Data>;
      if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
      return data;
    };
    const signIn = async (email: string) => {
      const input = `email: "${email}", password: "${DEMO_PASSWORD}", transport: BEARER`;
      const response = await fetch(`${address}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-graphql-yoga-csrf': '1' },
        body: JSON.stringify({ query: `mutation { signIn(input: { ${input} }) { token } }` }),
      });
      const { data } = (await response.json()) as Answer<{ signIn: { token: string } }>;
      authorization = `Bearer ${data.signIn.token}`;
    };
    await signIn('edda@acme.example');
    await task({ pid: gateway.process.pid ?? 0, database, run, fetch: request, signIn });
  } finally {
    gateway.process.kill();
    await gateway.ended;
    await database.end();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
