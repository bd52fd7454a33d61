import { createServer, type Server } from 'node:http';

import { getRequestListener } from '@hono/node-server';

import { seedDemo } from '../prisma/seed.js';
import { type App, createApp } from './app.js';
import { type Config, ConfigError, readConfig } from './config.js';
import { type Database, openDatabase } from './db/database.js';
import { StartupError } from './db/startup-error.js';
import { createLog } from './log.js';
import { createTransport } from './mail/transport.js';
import { announceMail, welcome } from './welcome.js';

const LONGEST_STOP_MS = 10_000;
const LONGEST_UPLOAD_MS = 3_600_000;

type Answer = App['fetch'];

const running: { server?: Server; app?: App; database?: Database } = {};
let stopping = false;

process.on('SIGTERM', stop);
process.on('SIGINT', stop);
const started = start();
started.catch(fail);

async function start(): Promise<void> {
  const config = readConfig();
  const log = createLog(config.logLevel);
  let answer: Answer = notReady;
  const server = createServer(
    getRequestListener((request, { incoming }) =>
      answer(request, { address: incoming.socket.remoteAddress }),
    ),
  );
  // A large file may take longer to come in than Node's five minutes.
  server.requestTimeout = LONGEST_UPLOAD_MS;
  // The port comes first: a start that cannot have it touches no database.
  await listen(server, config);
  running.server = server;
  const { databaseUrl: url, dataDir, demo } = config;
  const database = await openDatabase({ url, dataDir }, console.log);
  running.database = database;
  if (demo) await database.withStartupLock(() => seedDemo(database.client));
  const transport = createTransport(config, demo ? announceMail(console.log) : undefined);
  const app = createApp({ config, database, log, transport });
  running.app = app;
  answer = (request, peer) => app.fetch(request, peer);
  if (!stopping) console.log(welcome(config, server));
}

async function notReady(): Promise<Response> {
  const headers = { 'retry-after': '2' };
  return new Response('Fieldgate is starting.\n', { status: 503, headers });
}

function listen(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(explainListenError(error, host, port)));
    server.listen(port, host, resolve);
  });
}

function explainListenError(error: Error, host: string, port: number): Error {
  switch ('code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return new StartupError(
        `Port ${port} on ${host} is in use.\n` +
          `Stop what listens there, or choose another: PORT=${port + 1} npm start`,
      );
    case 'EACCES':
      return new StartupError(`Port ${port} needs more rights. Choose one above 1023 with PORT.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartupError(`This machine has no address ${host}. Correct HOST.`);
    default:
      return error;
  }
}

/** The second signal does not wait. */
function stop(): void {
  if (stopping) process.exit(1);
  stopping = true;
  setTimeout(() => process.exit(1), LONGEST_STOP_MS).unref();
  close().then(() => process.exit(0), fail);
}

async function fail(error: unknown): Promise<void> {
  const isExplained = error instanceof StartupError || error instanceof ConfigError;
  console.error(isExplained ? `\n${error.message}\n` : error);
  await close().catch(console.error);
  process.exit(1);
}

/** Accepts nothing more, answers what was accepted, and lets go of the database. */
async function close(): Promise<void> {
  running.app?.endStreams();
  await Promise.allSettled([running.server && drain(running.server), started]);
  await running.app?.close();
  await running.database?.close();
}

function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // A connection that was busy becomes idle, and would be kept for its next request.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    server.close(() => {
      clearInterval(sweep);
      resolve();
    });
  });
}
