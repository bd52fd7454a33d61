import { describe, expect, test } from 'vitest';

import { ConfigError, type Environment, readConfig } from '../src/config.js';

const SECRET = 'x'.repeat(32);
const production = { NODE_ENV: 'production', FIELDGATE_SECRET: SECRET };

function problemsOf(env: Environment): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message
      .split('\n')
      .slice(2)
      .map((line) => line.trim());
  }
}

test('an empty environment is the demo on the embedded database', () => {
  expect(readConfig({})).toEqual({
    production: false,
    demo: true,
    host: '127.0.0.1',
    port: 4000,
    publicUrl: 'http://localhost:4000',
    databaseUrl: undefined,
    dataDir: './data',
    secret: expect.stringMatching(/.{32}/),
    sessionHours: 168,
    trustedProxies: 0,
    smtpUrl: undefined,
    mailFrom: 'Fieldgate <fieldgate@localhost>',
    allowedOrigins: [],
    logLevel: 'info',
  });
});

test('every variable is read', () => {
  const url = 'postgresql://me:p%40ss@db.example:5433/fieldgate';
  expect(
    readConfig({
      ...production,
      DATABASE_URL: url,
      FIELDGATE_DATA_DIR: '/srv/data',
      FIELDGATE_DEMO: 'false',
      HOST: '::1',
      PORT: '80',
      FIELDGATE_URL: 'https://gateway.example/api',
      SESSION_HOURS: '12',
      TRUSTED_PROXIES: '2',
      SMTP_URL: 'smtps://me:p%40ss@mail.example',
      MAIL_FROM: 'The gate <gate@mail.example>',
      ALLOWED_ORIGINS: 'https://a.example, http://localhost:3000',
      LOG_LEVEL: 'silent',
      HOME: '/root',
    }),
  ).toEqual({
    production: true,
    demo: false,
    host: '::1',
    port: 80,
    publicUrl: 'https://gateway.example/api',
    databaseUrl: url,
    dataDir: '/srv/data',
    secret: SECRET,
    sessionHours: 12,
    trustedProxies: 2,
    smtpUrl: 'smtps://me:p%40ss@mail.example',
    mailFrom: 'The gate <gate@mail.example>',
    allowedOrigins: ['https://a.example', 'http://localhost:3000'],
    logLevel: 'silent',
  });
});

test('the config cannot be changed', () => {
  const config = readConfig({ ALLOWED_ORIGINS: 'https://a.example' });
  expect(Object.isFrozen(config)).toBe(true);
  expect(Object.isFrozen(config.allowedOrigins)).toBe(true);
});

test('the public URL is that of this machine and port, unless it is given', () => {
  expect(readConfig({ PORT: '4100' }).publicUrl).toBe('http://localhost:4100');
  expect(readConfig(production).publicUrl).toBe('http://localhost:4000');
  const given = readConfig({ PORT: '4100', FIELDGATE_URL: 'http://10.0.0.1:8080' });
  expect(given.publicUrl).toBe('http://10.0.0.1:8080');
});

test('an empty variable is an unset one', () => {
  expect(readConfig({ PORT: '', DATABASE_URL: '', FIELDGATE_SECRET: '' })).toEqual(readConfig({}));
  expect(problemsOf({ ...production, FIELDGATE_SECRET: '' })).toHaveLength(1);
});

describe('in production', () => {
  test('there is no demo, and the whole network is served', () => {
    expect(readConfig(production)).toMatchObject({ demo: false, host: '0.0.0.0' });
    expect(problemsOf({ ...production, FIELDGATE_DEMO: 'true' })).toEqual([
      'FIELDGATE_DEMO is "true": leave it out: there is no demo in production',
    ]);
  });

  test('a secret of one’s own is needed', () => {
    expect(problemsOf({ NODE_ENV: 'production' })).toEqual([
      expect.stringMatching(/^FIELDGATE_SECRET is missing: .*openssl rand/),
    ]);
    const { secret } = readConfig({});
    expect(problemsOf({ NODE_ENV: 'production', FIELDGATE_SECRET: secret })).toHaveLength(1);
  });
});

test.each([
  ['NODE_ENV', 'Production'],
  ['DATABASE_URL', 'mysql://me@localhost/fieldgate'],
  ['DATABASE_URL', 'postgres://localhost'],
  ['DATABASE_URL', 'postgres://me:p#ss@localhost/fieldgate'],
  ['FIELDGATE_SECRET', 'x'.repeat(31)],
  ['FIELDGATE_DEMO', 'yes'],
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['PORT', '4e3'],
  ['FIELDGATE_URL', 'gateway.example'],
  ['FIELDGATE_URL', 'ftp://gateway.example'],
  ['FIELDGATE_URL', 'https://gateway.example/'],
  ['FIELDGATE_URL', 'https://gateway.example/api/'],
  ['FIELDGATE_URL', 'https://gateway.example?x'],
  ['FIELDGATE_URL', 'https://gateway.example#x'],
  ['FIELDGATE_URL', 'https://me:secret@gateway.example'],
  ['FIELDGATE_URL', 'https://Gateway.example'],
  ['FIELDGATE_URL', 'https://gateway.example:443'],
  ['FIELDGATE_URL', `https://gateway.example/${'x'.repeat(200)}`],
  ['SESSION_HOURS', '0'],
  ['SESSION_HOURS', '1.5'],
  ['TRUSTED_PROXIES', 'all'],
  ['SMTP_URL', 'mail.example:587'],
  ['SMTP_URL', 'https://mail.example'],
  ['SMTP_URL', 'smtp://'],
  ['MAIL_FROM', 'nobody'],
  ['MAIL_FROM', 'a@b.example, c@d.example'],
  ['MAIL_FROM', 'A, B <a@b.example>'],
  ['MAIL_FROM', '"A" <a@b.example>'],
  ['MAIL_FROM', 'A\r\nBcc: <a@b.example>'],
  ['MAIL_FROM', 'a@b.example\nBcc: c@d.example'],
  ['MAIL_FROM', 'A <a@b.example> <c@d.example>'],
  ['ALLOWED_ORIGINS', '*'],
  ['ALLOWED_ORIGINS', 'https://a.example/'],
  ['ALLOWED_ORIGINS', 'https://a.example,b.example'],
  ['LOG_LEVEL', 'trace'],
])('%s=%s is refused, and says what to give', (name, value) => {
  const env = name === 'NODE_ENV' ? {} : { NODE_ENV: 'test' };
  expect(problemsOf({ ...env, [name]: value })).toEqual([
    expect.stringMatching(new RegExp(`^${name} is .*: give `)),
  ]);
});

test('all problems are named at once', () => {
  const env = { NODE_ENV: 'production', PORT: 'x', LOG_LEVEL: 'x', FIELDGATE_DATADIR: 'x' };
  expect(problemsOf(env).map((line) => line.split(' ')[0])).toEqual([
    'FIELDGATE_SECRET',
    'PORT',
    'LOG_LEVEL',
    'FIELDGATE_DATADIR',
  ]);
});

test('whoever sends mails says from whom, and in production where their links lead', () => {
  const mail = { SMTP_URL: 'smtp://localhost:25' };
  expect(problemsOf(mail)).toEqual([expect.stringMatching(/^MAIL_FROM is missing: give /)]);
  expect(readConfig({ ...mail, MAIL_FROM: 'a@b.example' }).mailFrom).toBe('a@b.example');
  expect(problemsOf({ ...production, ...mail, MAIL_FROM: 'a@b.example' })).toEqual([
    expect.stringMatching(/^FIELDGATE_URL is missing: give /),
  ]);
});

test('what signs in is not printed', () => {
  const env = {
    DATABASE_URL: 'mysql://me:hunter2@localhost/x',
    FIELDGATE_SECRET: 'hunter2',
    SMTP_URL: 'http://me:hunter2@localhost',
  };
  expect(problemsOf(env)).toHaveLength(3);
  expect(problemsOf(env).join()).not.toContain('hunter2');
});

test.each([
  ['FIELDGATE_DATADIR', 'did you mean FIELDGATE_DATA_DIR?'],
  ['FIELDGATE_PORT', 'did you mean PORT?'],
  ['FIELDGATE_DATABASE_URL', 'did you mean DATABASE_URL?'],
  ['FIELDGATE_LOGLEVEL', 'did you mean LOG_LEVEL?'],
  ['FIELDGATE_COLOUR_OF_THE_SKY', 'leave it out'],
])('%s is a mistake: %s', (name, hint) => {
  expect(problemsOf({ [name]: 'x' })).toEqual([`${name} is not a variable of Fieldgate: ${hint}`]);
});
