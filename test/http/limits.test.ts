import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { exchange, post } from '../support/http.js';
import { SignIn } from '../support/operations.js';
import { workspace } from '../support/world.js';

async function somebody(): Promise<Actor> {
  return (await workspace()).person();
}

/** `{ me { user { addedBy { addedBy { … name } } } } }`, as many fields deep. */
function deep(fields: number): string {
  const inner = fields - 3;
  return `{ me { user {${' addedBy {'.repeat(inner)} name ${'}'.repeat(inner)} } } }`;
}

/** A document of exactly as many tokens. */
function long(tokens: number): string {
  const aliases = Math.floor((tokens - 2) / 3);
  const rest = tokens - 2 - aliases * 3;
  const fields = Array.from({ length: aliases }, (_, at) => `a${at}: __typename`);
  return `{ ${fields.join(' ')} ${'__typename '.repeat(rest)} }`;
}

const PAGED = `query ($n: Int) {
  datasets(first: $n) { edges { node { members(first: $n) { edges { node { id } } } } } }
}`;

describe('a document', () => {
  test('is at most 12 fields deep', async () => {
    const ada = await somebody();
    expect(await ada.run(deep(12))).toSucceed();
    const refused = await ada.run(deep(13));
    expect(refused).toFail('QUERY_TOO_COMPLEX');
    expect(refused).toTakeQueries(0);
  });

  test('is as deep as its fragments make it', async () => {
    const ada = await somebody();
    const spread = (fields: number) => `${deep(6).replace(' name ', ' ...more ')}
      fragment more on User {${' addedBy {'.repeat(fields)} name ${'}'.repeat(fields)}}`;
    expect(await ada.run(spread(6))).toSucceed();
    expect(await ada.run(spread(7))).toFail('QUERY_TOO_COMPLEX');
  });

  test('has at most 2,000 tokens', async () => {
    const ada = await somebody();
    expect(await ada.run(long(2_000))).toSucceed();
    const refused = await ada.run(long(2_001));
    expect(refused).toFail('QUERY_TOO_COMPLEX');
    expect(refused).toTakeQueries(0);
    const endless = await ada.run(`{ ${'a '.repeat(400_000)} }`);
    expect(endless).toFail('QUERY_TOO_COMPLEX');
  });

  test('costs at most 5,000: what a page shows times its size', async () => {
    const ada = await somebody();
    const first = await ada.run(PAGED, { n: 10 });
    expect(first).toSucceed();
    const refused = await first.replay({ n: 100 });
    expect(refused).toFail('QUERY_TOO_COMPLEX');
    expect(refused).toTakeQueries(0);
    expect(refused.errors?.[0]?.message).toMatch(/It costs \d+; at most 5000 are allowed/);
  });

  test('costs the page size that its variables have, also by default', async () => {
    const ada = await somebody();
    const byDefault = PAGED.replace('$n: Int', '$n: Int = 100');
    expect(await ada.run(byDefault)).toFail('QUERY_TOO_COMPLEX');
    expect(await ada.run(PAGED.replaceAll('$n)', '100)').replace('($n: Int)', ''))).toFail(
      'QUERY_TOO_COMPLEX',
    );
    const lasts = PAGED.replaceAll('first', 'last');
    expect(await (await ada.run(lasts, { n: 10 })).replay({ n: 100 })).toFail('QUERY_TOO_COMPLEX');
  });

  test('costs what all its fields cost together', async () => {
    const ada = await somebody();
    const field = 'datasets(first: 30) { edges { node { members(first: 30) { totalCount } } } }';
    expect(await ada.run(`{ ${field} }`)).toSucceed();
    const aliases = Array.from({ length: 100 }, (_, at) => `a${at}: ${field}`);
    expect(await ada.run(`{ ${aliases.join(' ')} }`)).toFail('QUERY_TOO_COMPLEX');
  });

  test('is not made cheaper by a page of negative size', async () => {
    const ada = await somebody();
    const many = `datasets(first: 100) { edges { node { members(first: 100) { edges { node { id } } } } } }`;
    for (const size of [-1, -100_000, 0]) {
      const offset = `offset: datasets(first: ${size}) { edges { node { members(first: ${size}) { totalCount } } } }`;
      expect(await ada.run(`{ ${offset} ${many} }`), String(size)).toFail('QUERY_TOO_COMPLEX');
    }
  });

  test('is judged anew for each request’s variables', async () => {
    const ada = await somebody();
    const name = `Judged${Date.now()}`;
    const named = PAGED.replace('query', `query ${name}`);
    expect(await ada.run(named, { n: 100 })).toFail('QUERY_TOO_COMPLEX');
    expect(await ada.run(named, { n: 10 })).toSucceed();
    expect(await ada.run(named, { n: 100 })).toFail('QUERY_TOO_COMPLEX');
    expect(await ada.run(named, { n: 1 })).toSucceed();
  });

  test('may be the introspection of GraphiQL', async () => {
    const ada = await somebody();
    const query = getIntrospectionQuery({
      schemaDescription: true,
      inputValueDeprecation: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
    });
    expect(await ada.run(query)).toSucceed();
  });

  test('may not multiply introspection', async () => {
    const ada = await somebody();
    const nested =
      '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }';
    expect(await ada.run(nested)).toFail('GRAPHQL_VALIDATION_FAILED');
  });
});

describe('one client’s bad variables', () => {
  test('refuse neither the same document nor its values to others', async () => {
    const { app } = await workspace();
    const document = `${String(SignIn)} # ${Date.now()}`;
    const wrong = { input: { email: 'ada@example.test', password: 20_301_231 } };
    const refused = await post(app, { query: document, variables: wrong });
    expect(refused.errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_REQUEST']);
    const right = { input: { email: 'nobody@example.test', password: 'whatever' } };
    const answered = await post(app, { query: document, variables: right });
    expect(answered.errors?.map(({ extensions }) => extensions.code)).toEqual(['SIGN_IN_FAILED']);
  });

  test('take no statement', async () => {
    const ada = await somebody();
    const result = await ada.run(PAGED, { n: 'ten' });
    expect(result).toFail('BAD_REQUEST');
    expect(result).toTakeQueries(0);
  });
});

describe('a body', () => {
  const padded = (bytes: number) => `{"query":"{__typename}"${' '.repeat(bytes - 24)}}`;

  test('has at most 1 MB, whatever it says of its length', async () => {
    const ada = await somebody();
    const headers = { ...ada.headers, 'content-type': 'application/json' };
    const exact = await exchange(ada.app, { headers, body: padded(1_000_000) });
    expect(exact).toMatchObject({ status: 200, data: { __typename: 'Query' } });
    for (const [name, sent] of Object.entries({
      measured: { headers, body: padded(1_000_001) },
      announced: { headers: { ...headers, 'content-length': '1000001' }, body: padded(100) },
      belittled: { headers: { ...headers, 'content-length': '100' }, body: padded(1_000_001) },
      streamed: { headers, body: new Blob([padded(5_000_000)]).stream() },
      form: {
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
        body: `query={__typename}&a=${'x'.repeat(1_000_000)}`,
      },
    })) {
      const { status, errors, line } = await exchange(ada.app, sent);
      expect(status, name).toBe(413);
      expect(errors?.[0]?.extensions.code, name).toBe('REQUEST_ENTITY_TOO_LARGE');
      expect(line.statements, name).toBe(0);
    }
  });
});
