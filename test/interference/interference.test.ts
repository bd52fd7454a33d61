import { afterAll, beforeAll, expect, test } from 'vitest';

import { buildSchema } from '../../src/schema/index.js';
import { testDatabaseKind } from '../support/database.js';
import { secretBook, type Secret } from './book.js';
import { readerOf } from './compare.js';
import { corpusOf, type Corpus, type Document } from './corpus.js';
import { flowSecrets } from './flow-secrets.js';
import { guardedFields } from './guarded.js';
import { heldGateway, type HeldGateway } from './held.js';
import { peopleSecrets } from './people-secrets.js';
import { PLANTS } from './plants.js';
import { valuesIn } from './values.js';
import { interferenceWorld, type InterferenceWorld, type Reader } from './world.js';

/** Of so many documents a reader is asked one, each reader others; with 1 all. */
const ONE_OF = Number(process.env['INTERFERENCE_ONE_OF'] ?? 24);

const schema = buildSchema();
const NOW = new Date();
let gateway: HeldGateway;
let world: InterferenceWorld;
let corpus: Corpus;
let secrets: readonly Secret[];

const readers = new Map<Reader, ReturnType<typeof readerOf>>();

/** Somebody, with what they were answered so far. */
function readerNamed(name: Reader) {
  const reader = readers.get(name) ?? readerOf(gateway, world.readers[name]);
  readers.set(name, reader);
  return reader;
}

beforeAll(async () => {
  gateway = await heldGateway(() => NOW);
  world = await interferenceWorld(gateway.app, NOW);
  corpus = corpusOf(schema, valuesIn(world));
  const book = secretBook();
  peopleSecrets(book, world);
  flowSecrets(book, world);
  ({ secrets } = book);
});

afterAll(() => gateway.close());

test('every field that not everybody may read has a way to be different', () => {
  const known = new Set(secrets.flatMap(({ fields }) => fields));
  const guarded = new Set(guardedFields(schema));
  expect([...guarded].filter((field) => !known.has(field))).toEqual([]);
  expect([...known].filter((field) => !guarded.has(field))).toEqual([]);
});

/** What makes something go hides whatever else is different of it. */
const TAKING = /^DELETE |revoked_at = |closed_at = /;

test('whoever may know is shown the difference', { timeout: 600_000 }, async () => {
  const sample = secrets.filter((_each, place) => place % ONE_OF === 0);
  const firsts = new Set(sample.flatMap(({ known: [first] }) => first ?? []));
  const unseen: string[] = [];
  for (const name of firsts) {
    const reader = readerNamed(name);
    const theirs = sample.filter(({ known: [first] }) => first === name);
    const documents = corpus.queries.toReversed();
    const takes = ({ statements }: Secret) => statements.some((each) => TAKING.test(each));
    for (const some of [theirs.filter(takes), theirs.filter((each) => !takes(each))]) {
      const left = new Set(await reader.unseen(some, documents));
      // Two may cancel each other out.
      for (const secret of some.filter(({ fields }) => fields.some((field) => left.has(field)))) {
        const fields = await reader.unseen([secret], documents);
        unseen.push(...fields.map((field) => `${name}: ${field}`));
      }
    }
  }
  expect(unseen).toEqual([]);
});

test.each(PLANTS)('$mistake is found', async (plant) => {
  const { reader, field, asking, spoiled, during } = plant;
  const planted = await heldGateway(() => NOW, spoiled);
  const [type] = field.split('.');
  const hidden = secrets.filter(
    ({ known, fields }) =>
      !known.includes(reader) && fields.some((each) => each.startsWith(`${type}.`)),
  );
  const { queries } = corpusOf(schema, valuesIn(world), (text) => text.startsWith(asking(world)));
  during?.(true);
  try {
    const leaks = await readerOf(planted, world.readers[reader]).leaks(hidden, queries);
    expect(leaks.flatMap(({ fields }) => fields)).toContain(field);
  } finally {
    during?.(false);
    await planted.close();
  }
});

test('nobody else can tell', { timeout: 3_600_000 }, async () => {
  const names = Object.keys(world.readers) as Reader[];
  const told: string[] = [];
  const asked = new Set<Document>();
  let pairs = 0;
  for (const [at, name] of names.entries()) {
    const hidden = secrets.filter(({ known }) => !known.includes(name));
    const isTheirs = (_each: Document, place: number) => (place + at) % ONE_OF === 0;
    const documents = [...corpus.queries.filter(isTheirs), ...corpus.mutations.filter(isTheirs)];
    const leaks = await readerNamed(name).leaks(hidden, documents);
    told.push(...leaks.map(({ fields, path }) => `${name}: ${fields.join(' ')} at ${path}`));
    if (ONE_OF === 1) console.log(`${name}: ${leaks.length} of ${hidden.length}`, ...told);
    pairs += hidden.flatMap(({ fields }) => fields).length;
    for (const document of documents) asked.add(document);
  }
  console.log(
    `${pairs - told.length} of ${pairs} pairs, ${guardedFields(schema).length} fields, ` +
      `${names.length} readers, ${asked.size} documents, ${testDatabaseKind()}`,
  );
  expect(told).toEqual([]);
});
