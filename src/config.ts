import { z } from 'zod';

/** Used outside production only, where nothing but the demo is at stake. */
const DEVELOPMENT_SECRET = 'fieldgate-development-secret-not-for-production';

const SENDER = 'Fieldgate <no-reply@gateway.example>, or the address alone';

export interface Config {
  readonly production: boolean;
  /** Whether an empty database is filled with the demo accounts, and `/` offers their people. */
  readonly demo: boolean;
  readonly host: string;
  readonly port: number;
  /** Where others reach the API; signs the access tokens as their issuer. No slash at its end. */
  readonly publicUrl: string;
  /** Unset: the embedded database in `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  /** Keys the hashes of everything that signs somebody in. */
  readonly secret: string;
  readonly sessionHours: number;
  /** How many reverse proxies stand in front; decides which entry of X-Forwarded-For is believed. */
  readonly trustedProxies: number;
  /** Unset: messages are put into files. */
  readonly smtpUrl: string | undefined;
  /** Who messages come from. */
  readonly mailFrom: string;
  /** Other origins whose front ends may call the API from a browser. */
  readonly allowedOrigins: readonly string[];
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug';
}

/** What is wrong with the environment: every problem at once, and what to do about each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the command line signs in with: the gateway itself takes none. */
const CREDENTIAL = 'FIELDGATE_TOKEN';

export function readCredential(env: Environment = process.env): string | undefined {
  return env[CREDENTIAL] || undefined;
}

/** The only place that reads the process's environment. */
export function readConfig(env: Environment = process.env): Config {
  const production = env['NODE_ENV'] === 'production';
  const schema = variables(production);
  // An empty variable is an unset one, as container tools write it.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const { data, error } = schema.safeParse(given);
  const problems = [
    ...(error?.issues ?? []).map(({ path, message }) => wrong(String(path[0]), given, message)),
    ...(data?.SMTP_URL === undefined ? [] : missingForMail(data, production)),
    ...Object.keys(given)
      .filter((name) => name.startsWith('FIELDGATE_') && name !== CREDENTIAL)
      .filter((name) => !(name in schema.shape))
      .map((name) => unknown(name, Object.keys(schema.shape))),
  ];
  if (data === undefined || problems.length > 0) throw configError(problems);
  return Object.freeze({
    production,
    demo: data.FIELDGATE_DEMO,
    host: data.HOST,
    port: data.PORT,
    publicUrl: data.FIELDGATE_URL ?? `http://localhost:${data.PORT}`,
    databaseUrl: data.DATABASE_URL,
    dataDir: data.FIELDGATE_DATA_DIR,
    secret: data.FIELDGATE_SECRET,
    sessionHours: data.SESSION_HOURS,
    trustedProxies: data.TRUSTED_PROXIES,
    smtpUrl: data.SMTP_URL,
    mailFrom: data.MAIL_FROM ?? 'Fieldgate <fieldgate@localhost>',
    allowedOrigins: Object.freeze(data.ALLOWED_ORIGINS),
    logLevel: data.LOG_LEVEL,
  });
}

function variables(production: boolean) {
  const secret = z
    .string('give at least 32 random characters, such as: openssl rand -base64 32')
    .min(32, 'give at least 32 random characters, such as: openssl rand -base64 32')
    .refine((value) => !production || value !== DEVELOPMENT_SECRET, 'make one of your own');
  const demo = production
    ? z.literal('false', 'leave it out: there is no demo in production').default('false')
    : z.enum(['true', 'false'], 'give true or false').default('true');
  return z.object({
    NODE_ENV: z
      .enum(['production', 'development', 'test'], 'give production, development or test')
      .default('development'),
    DATABASE_URL: z
      .string()
      .refine(
        isDatabaseUrl,
        'give postgres://user:password@host:5432/database, special characters percent-encoded',
      )
      .optional(),
    FIELDGATE_DATA_DIR: z.string().default('./data'),
    FIELDGATE_SECRET: production ? secret : secret.default(DEVELOPMENT_SECRET),
    FIELDGATE_DEMO: demo.transform((value) => value === 'true'),
    HOST: z.string().default(production ? '0.0.0.0' : '127.0.0.1'),
    PORT: wholeNumber(0, 65_535, 4000),
    FIELDGATE_URL: z
      .string()
      .refine(
        isPublicUrl,
        'give https://gateway.example, with its path if it has one, no slash at the end',
      )
      .optional(),
    SESSION_HOURS: wholeNumber(1, 8760, 168),
    TRUSTED_PROXIES: wholeNumber(0, 16, 0),
    SMTP_URL: z
      .string()
      .refine(
        isSmtpUrl,
        'give smtp://user:password@mail.example:587, or smtps:// for TLS from the start, special characters percent-encoded',
      )
      .optional(),
    MAIL_FROM: z.string().refine(isMailbox, `give ${SENDER}`).optional(),
    ALLOWED_ORIGINS: z
      .string()
      .default('')
      .transform((value) =>
        value
          .split(',')
          .map((origin) => origin.trim())
          .filter(Boolean),
      )
      .refine(
        (origins) => origins.every(isOrigin),
        'give origins: https://a.example,https://b.example',
      ),
    LOG_LEVEL: z
      .enum(['silent', 'error', 'warn', 'info', 'debug'], 'give silent, error, warn, info or debug')
      .default('info'),
  });
}

function wholeNumber(least: number, most: number, otherwise: number) {
  return z
    .string()
    .refine(
      (value) => /^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most,
      `give a whole number from ${least} to ${most}`,
    )
    .transform(Number)
    .default(otherwise);
}

function isDatabaseUrl(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return /^postgres(ql)?:$/.test(url?.protocol ?? '') && (url?.pathname ?? '').length > 1;
}

/** What SMTP_URL cannot do without: who mails come from, and where their links lead. */
function missingForMail(
  given: { readonly MAIL_FROM?: string | undefined; readonly FIELDGATE_URL?: string | undefined },
  production: boolean,
): string[] {
  return [
    ...(given.MAIL_FROM === undefined ? [`MAIL_FROM is missing: give ${SENDER}`] : []),
    ...(production && given.FIELDGATE_URL === undefined
      ? ['FIELDGATE_URL is missing: give https://gateway.example, where the links in mails lead']
      : []),
  ];
}

function isSmtpUrl(value: string): boolean {
  const { protocol, hostname } = URL.canParse(value) ? new URL(value) : {};
  return /^smtps?:$/.test(protocol ?? '') && Boolean(hostname);
}

/** An address, or a name and an address: nothing in them that means something in a header. */
function isMailbox(value: string): boolean {
  const address = /^(?:[^"<>@,;:\\\p{C}]+ <(?<named>[^<>]+)>|(?<bare>[^<>]+))$/u.exec(
    value,
  )?.groups;
  return z.email().safeParse(address?.['named'] ?? address?.['bare']).success;
}

function isOrigin(value: string): boolean {
  return /^https?:/.test(value) && URL.canParse(value) && new URL(value).origin === value;
}

/** Written as it is compared, in full; short enough for a token. */
function isPublicUrl(value: string): boolean {
  if (!/^https?:/.test(value) || !URL.canParse(value) || value.length > 200) return false;
  const { origin, pathname } = new URL(value);
  return value === (pathname === '/' ? origin : origin + pathname) && !value.endsWith('/');
}

function configError(problems: readonly string[]): ConfigError {
  return new ConfigError(
    ['Fieldgate cannot start with these environment variables:\n', ...problems].join('\n  '),
  );
}

function wrong(name: string, env: Environment, toDo: string): string {
  const value = env[name];
  if (value === undefined) return `${name} is missing: ${toDo}`;
  const isSecret = ['DATABASE_URL', 'FIELDGATE_SECRET', 'SMTP_URL'].includes(name);
  return `${name} is ${isSecret ? 'wrong' : JSON.stringify(value)}: ${toDo}`;
}

function unknown(name: string, known: readonly string[]): string {
  const bare = name.replace('FIELDGATE_', '');
  const distance = (other: string) =>
    Math.min(editDistance(name, other), editDistance(bare, other.replace('FIELDGATE_', '')));
  const [nearest] = known.toSorted((a, b) => distance(a) - distance(b));
  const hint =
    nearest !== undefined && distance(nearest) <= 3 ? `did you mean ${nearest}?` : 'leave it out';
  return `${name} is not a variable of Fieldgate: ${hint}`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of a.split('').entries()) {
    const next = [i + 1];
    for (const [j, other] of b.split('').entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
