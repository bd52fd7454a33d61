import { v7 as uuidv7 } from 'uuid';
import { expect } from 'vitest';

import type { Denial } from '../../src/authz/decide.js';
import type { Result } from './actor.js';
import { testDatabase } from './database.js';

interface Matchers<R> {
  /** Refused with FORBIDDEN at one place, for want of this permission before any other. */
  toBeDenied(expected: { missing: string; role?: string | null }): R;
  /** Answered to the byte like the same operation on ids that do not exist. */
  toBeHidden(): Promise<R>;
  /** Refused with this error code alone. */
  toFail(code: string): R;
  /** Answered without an error. */
  toSucceed(): R;
  /** Left exactly one audit entry, like this. */
  toHaveAudited(entry: Record<string, unknown>): Promise<R>;
  toTakeQueries(count: number): R;
}

declare module 'vitest' {
  // oxlint-disable-next-line typescript/no-empty-object-type -- vitest's way to add matchers
  interface Assertion<T> extends Matchers<T> {}
}

expect.extend({
  toBeDenied(
    { errors = [] }: Result,
    { missing, role }: { missing: string; role?: string | null },
  ) {
    const [error, ...others] = errors;
    const denial = error?.extensions['denial'] as Denial | undefined;
    const pass =
      others.length === 0 &&
      error?.extensions.code === 'FORBIDDEN' &&
      denial?.permission === missing &&
      denial.missing[0] === missing &&
      (role === undefined || denial.role === role);
    return {
      pass,
      message: () => `Expected one denial for want of ${missing}, got ${show(errors)}`,
    };
  },

  async toBeHidden(result: Result) {
    const away = elsewhere(result.variables) as Record<string, unknown>;
    const nowhere = await result.replay(away);
    // Where several are named, one may be seen and lead to further statements. Once a minute a session is noted as used.
    const takesAsLong =
      idsIn(result.variables) > 1 ||
      result.statements === nowhere.statements ||
      (await result.replay(result.variables)).statements === (await result.replay(away)).statements;
    const pass =
      result.errors?.[0]?.extensions.code === 'NOT_FOUND' &&
      result.text === nowhere.text &&
      takesAsLong;
    const told = ({ text, statements }: Result) => `${text} after ${statements} statements`;
    return {
      pass,
      message: () =>
        `Expected the answer for what does not exist,\n${told(nowhere)}\ngot\n${told(result)}`,
    };
  },

  toFail({ errors = [] }: Result, code: string) {
    const pass = errors.length === 1 && errors[0]?.extensions.code === code;
    return { pass, message: () => `Expected ${code}, got ${show(errors)}` };
  },

  toSucceed({ errors = [], data }: Result) {
    const pass = errors.length === 0 && data != null;
    return { pass, message: () => `Expected no error, got ${show(errors)}` };
  },

  async toHaveAudited({ requestId }: Result, expected: Record<string, unknown>) {
    const { client } = await testDatabase();
    const entries = await client.auditEntry.findMany({
      where: { requestId },
      orderBy: { id: 'asc' },
    });
    const pass = entries.length === 1 && this.equals(entries[0], expect.objectContaining(expected));
    return {
      pass,
      message: () => `Expected one entry like ${show(expected)}, got ${show(entries)}`,
    };
  },

  toTakeQueries({ statements }: Result, count: number) {
    return {
      pass: statements === count,
      message: () => `Expected ${count} statements, got ${statements}`,
    };
  },
});

/** How many ids these variables name, be they any or not. */
function idsIn(value: unknown, key = ''): number {
  if (typeof value !== 'object' || value === null) return /^id$|Ids?$/.test(key) ? 1 : 0;
  return Object.entries(value).reduce(
    (sum, [inner, of]) => sum + idsIn(of, Array.isArray(value) ? key : inner),
    0,
  );
}

/** The same variables with every id replaced by one of the same type that nothing has. */
function elsewhere(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(elsewhere);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, elsewhere(inner)]));
  }
  const [, typename] =
    typeof value === 'string'
      ? (/^(\w+):[0-9a-f-]{36}$/.exec(Buffer.from(value, 'base64url').toString()) ?? [])
      : [];
  return typename ? Buffer.from(`${typename}:${uuidv7()}`).toString('base64url') : value;
}

function show(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
