import { Actor } from '../support/actor.js';
import type { Secret } from './book.js';
import type { Document } from './corpus.js';
import type { HeldGateway } from './held.js';
import { shownIn } from './shown.js';

/** Something that somebody can tell who may not. */
export interface Leak {
  /** What differs in the database: several fields where one column or several together make the difference. */
  readonly fields: readonly string[];
  readonly document: Document;
  /** Where the answers differ first, and how. */
  readonly path: string;
}

/** All of an answer but what a request makes anew: what it says, its status and its headers. */
interface Answer {
  readonly text: string;
  readonly rest: string;
}

/** What one reader is answered, in the database as it is and in others. */
export function readerOf(gateway: HeldGateway, { id, name, email, headers }: Actor) {
  const { app } = gateway;
  const reader = new Actor(app, id, name, email, headers);
  const dryRunning = new Actor(app, id, name, email, { ...headers, 'x-authz-dry-run': '1' });
  const known = new Map<Document, Answer>();
  const noises = new Map<Document, ReadonlySet<string>>();

  async function ask(document: Document): Promise<Answer> {
    const who = document.isDryRun ? dryRunning : reader;
    const result = await gateway.undoneWithin(() => who.run(document.text));
    const kept = [...result.headers].filter(([key]) => key !== 'x-request-id');
    const noise = noises.get(document);
    const text = noise ? without(result.text, noise) : result.text;
    return { text, rest: JSON.stringify([result.status, kept]) };
  }

  async function before(document: Document): Promise<Answer> {
    const found = known.get(document);
    if (found) return found;
    let answer = await gateway.undone(() => ask(document));
    if (isChanging(document)) {
      const again = await gateway.undone(() => ask(document));
      const noise = new Set(differences(JSON.parse(answer.text), JSON.parse(again.text)));
      noises.set(document, noise);
      answer = { ...answer, text: without(answer.text, noise) };
    }
    known.set(document, answer);
    return answer;
  }

  /** Does something in a database in which all of this is different. */
  function elsewhere<T>(secrets: readonly Secret[], task: () => Promise<T>): Promise<T> {
    return gateway.undone(async () => {
      const statements = secrets.flatMap((secret) => secret.statements);
      if (statements.length > 0)
        await gateway.run(`DO $do$ BEGIN ${statements.join(';')}; END $do$`);
      return task();
    });
  }

  /** The documents that are answered otherwise where all of this is different. */
  async function differing(secrets: readonly Secret[], documents: readonly Document[]) {
    for (const document of documents) await before(document);
    return elsewhere(secrets, async () => {
      const found: { readonly document: Document; readonly path: string }[] = [];
      for (const document of documents) {
        const [one, other] = [await before(document), await ask(document)];
        if (one.text === other.text && one.rest === other.rest) continue;
        found.push({ document, path: differenceOf(one, other) });
      }
      return found;
    });
  }

  /** What of this can be told: asked together, and where there is a difference in halves, until each has a name. */
  async function leaks(
    secrets: readonly Secret[],
    documents: readonly Document[],
  ): Promise<Leak[]> {
    const found = await differing(secrets, documents);
    const [first] = found;
    if (!first) return [];
    const together = [{ fields: secrets.flatMap(({ fields }) => fields), ...first }];
    if (secrets.length < 2) return together;
    const suspects = found.map(({ document }) => document);
    const middle = Math.ceil(secrets.length / 2);
    const halves = [
      ...(await leaks(secrets.slice(0, middle), suspects)),
      ...(await leaks(secrets.slice(middle), suspects)),
    ];
    return halves.length > 0 ? halves : together;
  }

  return {
    leaks,
    /** The fields of these secrets that show no difference where all of them are different. */
    async unseen(secrets: readonly Secret[], documents: readonly Document[]): Promise<string[]> {
      const left = new Set(secrets.flatMap(({ fields }) => fields));
      for (const document of documents) {
        const mayShow = [...left].some((field) =>
          document.text.includes(` on ${field.split('.')[0]} `),
        );
        if (!mayShow) continue;
        const one = shownIn(document.text, dataOf(await before(document)));
        const answer = await elsewhere(secrets, () => ask(document));
        const other = shownIn(document.text, dataOf(answer));
        for (const field of left) if (one.get(field) !== other.get(field)) left.delete(field);
      }
      return [...left];
    },
  };
}

function isChanging({ text, isDryRun }: Document): boolean {
  return text.startsWith('mutation') && !isDryRun;
}

/** Where two answers differ: for the same question, in what each request makes anew, such as ids and secrets. */
function differences(one: unknown, other: unknown, path = ''): string[] {
  if (typeof one === 'object' && typeof other === 'object' && one !== null && other !== null) {
    return Object.entries(one).flatMap(([key, value]) =>
      differences(value, (other as Record<string, unknown>)[key], `${path}.${key}`),
    );
  }
  return one === other ? [] : [path];
}

/** An answer without what stands at these places. */
function without(text: string, places: ReadonlySet<string>): string {
  const cut = (value: unknown, path: string): unknown => {
    if (places.has(path)) return '…';
    if (Array.isArray(value)) return value.map((each, at) => cut(each, `${path}.${at}`));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, cut(each, `${path}.${key}`)]),
    );
  };
  return JSON.stringify(cut(JSON.parse(text), ''));
}

function dataOf({ text }: Pick<Answer, 'text'>): unknown {
  return (JSON.parse(text) as { readonly data?: unknown }).data;
}

function differenceOf(one: Answer, other: Answer): string {
  if (one.text === other.text) return `${one.rest} ≠ ${other.rest}`;
  return pathOf(JSON.parse(one.text), JSON.parse(other.text)).join('.');
}

function pathOf(one: unknown, other: unknown): string[] {
  if (typeof one === 'object' && typeof other === 'object' && one !== null && other !== null) {
    for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
      const [left, right] = [one, other].map((each) => (each as Record<string, unknown>)[key]);
      if (JSON.stringify(left) !== JSON.stringify(right)) return [key, ...pathOf(left, right)];
    }
  }
  return [` ${JSON.stringify(one)} ≠ ${JSON.stringify(other)}`.slice(0, 300)];
}
