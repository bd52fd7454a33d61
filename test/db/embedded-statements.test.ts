import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { nameStatements } from '../../src/db/embedded-statements.js';
import { PLANNED_ANEW } from '../../src/db/planning.js';

const ASK = 'SELECT word, number FROM entry WHERE number = $1';

let database: PGlite;

const named = async () => {
  const list = "SELECT statement FROM pg_prepared_statements WHERE statement NOT LIKE '%prepared%'";
  const { rows } = await database.query<{ statement: string }>(list);
  return rows.map(({ statement }) => statement);
};

beforeAll(async () => {
  database = await PGlite.create();
  nameStatements(database);
  await database.exec(`
    CREATE TABLE entry (number int PRIMARY KEY, word text, tags text[]);
    INSERT INTO entry VALUES (1, 'one', '{a}'), (2, 'two', '{}'), (3, NULL, NULL)`);
});

afterAll(async () => {
  await database.close();
});

describe('a statement of the embedded database', () => {
  test('is named once, and answers for the values of each time', async () => {
    for (const [number, word] of [
      [1, 'one'],
      [2, 'two'],
      [3, null],
      [1, 'one'],
    ]) {
      const { rows, fields } = await database.query(ASK, [number]);
      expect(rows).toEqual([{ word, number }]);
      expect(fields.map(({ name }) => name)).toEqual(['word', 'number']);
    }
    expect((await database.query(ASK, [4])).rows).toEqual([]);
    expect((await named()).filter((text) => text === ASK)).toHaveLength(1);
  });

  test('takes texts of several bytes, lists, and NULL', async () => {
    const insert = 'INSERT INTO entry VALUES ($1, $2, $3) -- für 名';
    const { affectedRows } = await database.query(insert, [10, 'Größe 名', ['ä', 'b']]);
    expect(affectedRows).toBe(1);
    await database.query(insert, [11, null, null]);
    const { rows } = await database.query('SELECT * FROM entry WHERE number > 9 ORDER BY number');
    expect(rows).toEqual([
      { number: 10, word: 'Größe 名', tags: ['ä', 'b'] },
      { number: 11, word: null, tags: null },
    ]);
  });

  test('fails as ever, at each of its stages, and runs again afterwards', async () => {
    for (const code of ['22P02', '22P02']) {
      await expect(database.query(ASK, ['x'])).rejects.toMatchObject({ code, query: ASK });
    }
    const insert = 'INSERT INTO entry (number) VALUES ($1)';
    await database.query(insert, [20]);
    await expect(database.query(insert, [20])).rejects.toMatchObject({ code: '23505' });
    await database.query(insert, [21]);
    const nonsense = 'SELECT missing FROM entry';
    for (const code of ['42703', '42703']) {
      await expect(database.query(nonsense)).rejects.toMatchObject({ code });
    }
    expect((await database.query(ASK, [21])).rows).toHaveLength(1);
    expect(await named()).not.toContain(nonsense);
  });

  test('fails in a transaction that has failed, and outlives it', async () => {
    const first = 'SELECT word FROM entry WHERE number = $1 AND true';
    const rolledBack = database.transaction(async (inner) => {
      await inner.query(first, [1]);
      await expect(inner.query(ASK, ['x'])).rejects.toMatchObject({ code: '22P02' });
      await expect(inner.query(first, [1])).rejects.toMatchObject({ code: '25P02' });
      throw new Error('Enough.');
    });
    await expect(rolledBack).rejects.toThrow('Enough.');
    expect((await database.query(first, [1])).rows).toEqual([{ word: 'one' }]);
  });

  test('has no name if it is to be planned anew', async () => {
    const anew = `${ASK} ${PLANNED_ANEW}`;
    for (const word of ['one', 'one']) {
      expect((await database.query(anew, [1])).rows).toEqual([{ word, number: 1 }]);
    }
    expect(await named()).not.toContain(anew);
  });

  test('keeps its name while it is used, when those used longest ago give theirs up', async () => {
    const sum = (at: number) => `SELECT $1::int + ${at} AS sum`;
    for (let at = 0; at < 520; at += 1) {
      expect((await database.query(sum(at), [1])).rows).toEqual([{ sum: at + 1 }]);
      expect((await database.query(ASK, [1])).rows).toHaveLength(1);
    }
    const names = await named();
    expect(names.length).toBeLessThanOrEqual(500);
    expect(names).toEqual(expect.arrayContaining([ASK, sum(519)]));
    expect(names).not.toContain(sum(0));
    expect((await database.query(sum(0), [2])).rows).toEqual([{ sum: 2 }]);
    expect(await named()).toContain(sum(0));
  });

  test('is parsed in a transaction though another has to give its name up', async () => {
    await database.transaction(async (inner) => {
      for (let at = 0; at < 520; at += 1) {
        const { rows } = await inner.query(`SELECT $1::int * ${at} AS product`, [2]);
        expect(rows).toEqual([{ product: at * 2 }]);
      }
    });
    expect((await named()).length).toBeLessThanOrEqual(500);
  });
});
