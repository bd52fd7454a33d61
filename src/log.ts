import { pino, type DestinationStream, type Logger } from 'pino';

import type { Config } from './config.js';

export type Log = Logger;

const SECRETS = ['authorization', 'cookie', 'set-cookie', 'password', 'token', 'secret'];
const DEPTHS = ['', '*', '*.*', '*.*.*'];

/** One JSON line a message on stdout; what signs somebody in never gets there. */
export function createLog(
  level: Config['logLevel'],
  destination: DestinationStream = pino.destination(1),
): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
      redact: DEPTHS.flatMap((depth) => SECRETS.map((name) => `${depth}["${name}"]`)),
    },
    destination,
  );
}
