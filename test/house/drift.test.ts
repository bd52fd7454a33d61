import { parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';

import { ACCOUNT_ROLE_NAMES, permissionsOfRole } from '../../src/authz/account-roles.js';
import { decide } from '../../src/authz/decide.js';
import { buildSchema, printSchema } from '../../src/schema/index.js';
import { graphql } from '../support/generated/gql.js';
import { TypedDocumentString } from '../support/generated/graphql.js';
import {
  exampleOperations,
  pageOperations,
  shownOperations,
  typedOperations,
} from './operations.js';
import { withBlocks } from './readme.js';
import { files, read } from './repository.js';

const UPDATE = 'It is made from the code: npm run generate';
const schema = buildSchema();
const readme = read('README.md');

test('schema.graphql is the schema that the code builds', () => {
  expect(read('schema.graphql'), UPDATE).toBe(printSchema(schema));
});

describe('operations', () => {
  const all = [exampleOperations, pageOperations, typedOperations, shownOperations].flatMap(
    (find) => find(),
  );

  test('are found', () => {
    expect(exampleOperations().length).toBeGreaterThanOrEqual(10);
    expect(typedOperations().length).toBeGreaterThanOrEqual(20);
    expect(pageOperations().length).toBeGreaterThanOrEqual(2);
    expect(shownOperations().length).toBeGreaterThanOrEqual(2);
  });

  test.each(all)('$name of $file fits the schema', ({ text }) => {
    expect(validate(schema, parse(text)).map(({ message }) => message)).toEqual([]);
  });

  test('have types that are up to date', () => {
    const untyped = typedOperations().filter(
      ({ text }) =>
        !(graphql(text as Parameters<typeof graphql>[0]) instanceof TypedDocumentString),
    );
    expect(untyped, UPDATE).toEqual([]);
  });
});

describe('the README', () => {
  test('shows what the code holds', () => {
    expect(readme, UPDATE).toBe(withBlocks(readme));
  });

  test('explains every environment variable', () => {
    const known = [...read('src/config.ts').matchAll(/^ {4}([A-Z_]+): /gm)].map(([, name]) => name);
    const explained = [...readme.matchAll(/^\| `([A-Z_]+)` +\|.*\|.*\|$/gm)].map(
      ([, name]) => name,
    );
    expect(known.length).toBeGreaterThanOrEqual(10);
    expect(explained.filter((name) => known.includes(name))).toEqual(known);
  });

  test('shows a refusal as it is', () => {
    const [, json = ''] = /^```json\n([^]*?"FORBIDDEN"[^]*?)^```/m.exec(readme) ?? [];
    const { errors } = JSON.parse(json) as { errors: [{ extensions: { denial: object } }] };
    const subject = { kind: 'user', id: 'vera' } as const;
    const vera = {
      accountId: 'acme',
      subject,
      actor: subject,
      credential: { kind: 'session', id: 'one' },
      roleNames: [ACCOUNT_ROLE_NAMES.VIEWER],
      own: new Set(permissionsOfRole('VIEWER')),
      permissions: new Set(permissionsOfRole('VIEWER')),
    } as const;
    const facts = { grants: [{ via: 'DIRECT', role: 'VIEWER' }] } as const;
    const { denial } = errors[0].extensions;
    expect(decide(vera, 'datasetMember:read', facts)).toEqual({ allowed: false, denial });
  });

  test('names every room', () => {
    const [tree] = /^src\/\n[^]*?^test\//m.exec(readme) ?? [];
    const rooms = new Set(files('src').map((file) => file.split('/')[1]));
    expect([...rooms].filter((room) => !tree?.includes(` ${room}`))).toEqual([]);
  });

  test('has measured every example', () => {
    const measured = /<!-- begin bench -->([^]*)<!-- end bench -->/.exec(readme)?.[1] ?? '';
    const names = exampleOperations().map(
      ({ text }) => /^(?:query|mutation) (\w+)/m.exec(text)?.[1],
    );
    const missing = names.filter((name) => !measured.includes(`\`${name}\``));
    expect(missing, 'npm run bench -- --write').toEqual([]);
  });
});
