import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { lockDirectory } from '../../src/db/directory-lock.js';

const STARTER = fileURLToPath(new URL('../support/lock-starter.ts', import.meta.url));

let root: string;
let dir: string;
let file: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'fieldgate-lock-'));
});
beforeEach(() => {
  dir = path.join(mkdtempSync(path.join(root, 'case-')), 'data');
  file = `${dir}.lock`;
});
afterAll(() => rmSync(root, { recursive: true }));

/** The number of a process that has ended. */
function deadPid(): number {
  return spawnSync('true').pid;
}

function leaveLock(holder: { pid: number; startedAt?: string | null; host?: string }): void {
  const whole = { id: 'left-behind', startedAt: null, host: hostname(), ...holder };
  writeFileSync(file, JSON.stringify(whole));
}

async function startStarter(): Promise<ChildProcess> {
  const child = fork(STARTER, { execArgv: ['--import', 'tsx'] });
  await once(child, 'message');
  return child;
}

async function ask(starter: ChildProcess, directory: string): Promise<unknown> {
  const answer = once(starter, 'message');
  starter.send(directory);
  return (await answer)[0];
}

describe('the lock of a data directory', () => {
  test('is a file beside the directory, and is gone when it is let go', () => {
    const release = lockDirectory(dir);
    expect(readdirSync(path.dirname(dir))).toEqual(['data.lock']);
    release();
    expect(readdirSync(path.dirname(dir))).toEqual([]);
    lockDirectory(dir)();
  });

  test('refuses a second taker, and names the process and the file', () => {
    const release = lockDirectory(dir);
    expect(() => lockDirectory(dir)).toThrow(
      new RegExp(`in use by process ${process.pid}[^]*${file}`),
    );
    release();
  });

  test('that is let go twice does not free the lock of the next one', () => {
    const release = lockDirectory(dir);
    release();
    const releaseNext = lockDirectory(dir);
    release();
    expect(existsSync(file)).toBe(true);
    releaseNext();
  });

  test('is taken over from a process that is dead, whether or not its start is known', () => {
    leaveLock({ pid: deadPid() });
    lockDirectory(dir)();
    leaveLock({ pid: deadPid(), startedAt: 'some-boot/123' });
    lockDirectory(dir)();
  });

  test('is taken over from a dead process whose number a later one has', () => {
    leaveLock({ pid: process.pid, startedAt: 'some-boot/123' });
    lockDirectory(dir)();
  });

  test('stays with a live process, however old', () => {
    leaveLock({ pid: process.pid });
    expect(() => lockDirectory(dir)).toThrow(`in use by process ${process.pid}`);
  });

  test('stays with a process of another machine, which cannot be seen from here', () => {
    leaveLock({ pid: deadPid(), host: 'elsewhere' });
    expect(() => lockDirectory(dir)).toThrow(/ on elsewhere\./);
  });

  test('that cannot be read is left alone', () => {
    writeFileSync(file, '{"pid":');
    expect(() => lockDirectory(dir)).toThrow(/cannot be read[^]*delete/);
    expect(readFileSync(file, 'utf8')).toBe('{"pid":');
  });

  test('is free again after kill -9', async () => {
    const starter = await startStarter();
    expect(await ask(starter, dir)).toBe('taken');
    expect(() => lockDirectory(dir)).toThrow(`in use by process ${starter.pid}`);
    const gone = once(starter, 'exit');
    starter.kill('SIGKILL');
    await gone;
    lockDirectory(dir)();
  });

  test(
    'of 20 starters that find a dead one, exactly one takes it',
    { timeout: 120_000 },
    async () => {
      const starters = await Promise.all(Array.from({ length: 20 }, startStarter));
      for (let round = 0; round < 25; round += 1) {
        const contested = path.join(root, `round-${round}`);
        file = `${contested}.lock`;
        if (round % 5 > 0) leaveLock({ pid: deadPid() });
        const answers = await Promise.all(starters.map((starter) => ask(starter, contested)));
        expect(answers.filter((answer) => answer === 'taken')).toHaveLength(1);
        expect(answers.filter((answer) => answer === 'refused')).toHaveLength(19);
        expect(readdirSync(root).filter((name) => name.startsWith(`round-${round}.`))).toEqual([
          `round-${round}.lock`,
        ]);
      }
      for (const starter of starters) starter.kill();
    },
  );
});
