import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

interface PostgresServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** A PostgreSQL from npm, for as long as it is wanted. */
export async function startPostgres(): Promise<PostgresServer> {
  const script = fileURLToPath(new URL('./postgres-server.ts', import.meta.url));
  const child = fork(script, { execArgv: ['--import', 'tsx'] });
  const exited = once(child, 'exit');
  const failed = exited.then(() => {
    throw new Error('PostgreSQL did not start.');
  });
  const [url] = await Promise.race([once(child, 'message'), failed]);
  return {
    url: String(url),
    stop: async () => {
      child.disconnect();
      await exited;
    },
  };
}
