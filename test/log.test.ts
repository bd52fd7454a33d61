import { Writable } from 'node:stream';

import { expect, test } from 'vitest';

import { createLog } from '../src/log.js';

function linesOf(level: 'info' | 'silent', value: object): string {
  let text = '';
  const log = createLog(
    level,
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += chunk.toString();
        done();
      },
    }),
  );
  log.info(value, 'said');
  log.debug(value);
  return text;
}

test('a line is JSON with a level and a time', () => {
  expect(JSON.parse(linesOf('info', { requestId: 'r' }))).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    requestId: 'r',
    msg: 'said',
  });
  expect(linesOf('silent', {})).toBe('');
});

test('an error is told with its message and stack', () => {
  const { error } = JSON.parse(linesOf('info', { error: new TypeError('broken') })) as {
    error: unknown;
  };
  expect(error).toMatchObject({
    type: 'TypeError',
    message: 'broken',
    stack: expect.stringContaining('log.test'),
  });
});

test.each(['authorization', 'cookie', 'set-cookie', 'password', 'token', 'secret'])(
  '%s is kept out, at any depth that is logged',
  (name) => {
    const leak = { [name]: 'hunter2' };
    const text = linesOf('info', { ...leak, a: { ...leak, b: { ...leak, c: leak } } });
    expect(text.split('\n')).toHaveLength(2);
    expect(text).not.toContain('hunter2');
  },
);
