import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

export interface Gateway {
  readonly process: ChildProcess;
  /** All that it has printed so far. */
  printed(): string;
  /** Its address, once it is ready. */
  readonly ready: Promise<string>;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Starts the gateway as `npm start` does, with nothing but `env` in its environment. */
export function startGateway(cwd: string, env: Record<string, string> = {}): Gateway {
  const child = spawn(process.execPath, ['--import', TSX, MAIN], {
    cwd,
    env: { PATH: process.env['PATH'], PORT: '0', ...env },
  });
  let text = '';
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  const ready = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      const address = /ready\. GraphiQL: (\S+)\/graphql/.exec(text)?.[1];
      if (address !== undefined) resolve(address);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    ended.then((code) => reject(new Error(`ended with ${code}:\n${text}`)), reject);
  });
  ready.catch(() => undefined);
  return { process: child, printed: () => text, ready, ended };
}
