import { StartupError } from './startup-error.js';

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Says what to do about an error that people meet while they set the database up. */
export function explainPostgresError(error: unknown, url: string): unknown {
  if (!(error instanceof Error) || error instanceof StartupError) return error;
  const advice = adviceFor(error, new URL(url));
  if (advice === undefined) return error;
  return new StartupError(`${advice}\n\nDATABASE_URL is ${withoutPassword(url)}`, { cause: error });
}

function adviceFor(error: Error, url: URL): string | undefined {
  const code = 'code' in error ? String(error.code) : '';
  const server = `${url.hostname || 'localhost'}:${url.port || '5432'}`;
  const database = decodeURIComponent(url.pathname.slice(1));
  if (UNREACHABLE.has(code) || /timeout|terminated unexpectedly/i.test(error.message)) {
    return (
      `No PostgreSQL answers at ${server} (${code || error.message}).\n` +
      'Start it, or correct the host and port in DATABASE_URL;' +
      ' without DATABASE_URL the embedded database is used.'
    );
  }
  switch (code) {
    case '28P01':
    case '28000':
      return (
        `PostgreSQL at ${server} refuses the user "${decodeURIComponent(url.username)}".\n` +
        'Correct the user and password in DATABASE_URL (special characters are percent-encoded).'
      );
    case '3D000':
      return (
        `PostgreSQL at ${server} has no database "${database}".\n` +
        `Create it (createdb ${database}), or correct the name in DATABASE_URL.`
      );
    case '42501':
      return (
        `The user "${decodeURIComponent(url.username)}" may not create tables in "${database}".\n` +
        'Let it own the database: ALTER DATABASE … OWNER TO …'
      );
    case '53300':
      return `PostgreSQL at ${server} has no connection left. Close others, or raise max_connections.`;
    case '57P03':
      return `PostgreSQL at ${server} is starting or stopping. Try again in a moment.`;
  }
  if (/ssl|certificate/i.test(error.message)) {
    return (
      `PostgreSQL at ${server} and Fieldgate do not agree on TLS: ${error.message}.\n` +
      'Set sslmode in DATABASE_URL to disable, require or verify-full.'
    );
  }
  return undefined;
}

export function withoutPassword(url: string): string {
  const parsed = new URL(url);
  if (parsed.password !== '') parsed.password = '***';
  for (const name of parsed.searchParams.keys()) {
    if (/password/i.test(name)) parsed.searchParams.set(name, '***');
  }
  return parsed.toString();
}
