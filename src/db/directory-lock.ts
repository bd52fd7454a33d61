import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';

import { z } from 'zod';

import { StartupError } from './startup-error.js';

/** Who holds a lock. The start time tells a process from a later one with the same number. */
const holderSchema = z.object({
  id: z.string(),
  pid: z.number().int(),
  startedAt: z.string().nullable(),
  host: z.string(),
});

type Holder = z.infer<typeof holderSchema>;

/**
 * Takes the lock file beside `dir` (`data.lock` for `data`), and returns how to let it go.
 * The embedded database has no lock of its own: a second process would destroy the data.
 */
export function lockDirectory(dir: string): () => void {
  const file = `${path.resolve(dir)}.lock`;
  mkdirSync(path.dirname(file), { recursive: true });
  return takeLock(file, dir);
}

function takeLock(file: string, dir: string): () => void {
  const self: Holder = {
    id: randomUUID(),
    pid: process.pid,
    startedAt: processStart(process.pid) ?? null,
    host: hostname(),
  };
  // Written aside and then linked or renamed, so that nobody ever reads half a lock.
  const draft = `${file}.${self.id}.draft`;
  writeFileSync(draft, JSON.stringify(self), { flag: 'wx' });
  try {
    while (!linked(draft, file) && !replacedDead(draft, file, dir));
  } finally {
    rmSync(draft, { force: true });
  }
  return () => {
    if (readHolder(file, dir)?.id === self.id) rmSync(file);
  };
}

function linked(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/**
 * Two starters may find the same dead lock. Only the one that holds the lock on that very lock,
 * which is named after its id, may replace it; so nobody can remove the lock of a live process.
 */
function replacedDead(draft: string, file: string, dir: string): boolean {
  const holder = readHolder(file, dir);
  if (holder === undefined) return false;
  if (isAlive(holder)) throw inUse(dir, file, holder);
  const release = takeLock(`${file}.${holder.id}`, dir);
  try {
    if (readHolder(file, dir)?.id !== holder.id) return false;
    renameSync(draft, file);
    return true;
  } finally {
    release();
  }
}

function readHolder(file: string, dir: string): Holder | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    throw new StartupError(
      `The lock of the data directory ${dir} cannot be read.\n` +
        `If no other gateway uses this directory, delete ${file} and start again.`,
    );
  }
}

/** What cannot be seen from here, such as a process on another machine, counts as alive. */
function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  const startedAt = processStart(holder.pid);
  if (startedAt !== undefined && holder.startedAt !== null) return startedAt === holder.startedAt;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return !isCode(error, 'ESRCH');
  }
}

/**
 * When a process started, in ticks of this boot; null if there is none; undefined where the
 * system does not tell.
 */
function processStart(pid: number): string | null | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readProcessStat(pid);
    // A zombie has let go of its files.
    if (stat === undefined || stat.state === 'Z' || stat.state === 'X') return null;
    return `${boot}/${stat.startTime}`;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function readProcessStat(pid: number): { state: string; startTime: string } | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ESRCH')) return undefined;
    throw error;
  }
  // The second field is the command in brackets, which may hold anything; fields 3 and 22 count.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  return state === undefined || startTime === undefined ? undefined : { state, startTime };
}

function inUse(dir: string, file: string, holder: Holder): StartupError {
  const here = holder.host === hostname();
  return new StartupError(
    `The data directory ${dir} is in use by process ${holder.pid}` +
      (here ? '.' : ` on ${holder.host}.`) +
      `\n\nStop that gateway first, or give this one a directory of its own with FIELDGATE_DATA_DIR.` +
      `\nIf that process is no gateway, delete ${file} and start again.`,
  );
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
