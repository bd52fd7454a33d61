// npx fieldgate: what is done from a terminal, beside starting the gateway.
import { parseArgs } from 'node:util';

import { readCredential } from '../config.js';
import { CliError } from './cli-error.js';
import { mint } from './mint.js';
import { tableOf } from './table.js';

const USAGE = `Usage: npx fieldgate access plan [options] <files.graphql …>

Says which permissions a key needs, and which roles a service account, to run all operations of the files.

  --json                        Print JSON instead of a table.
  --mint                        Make an access key for exactly that, and print it, once.
    --url <url>                 The gateway, such as http://localhost:4000.
    --service-account <handle>  Whose key: a handle (sa:nightly-import) or an id.
    --name <name>               What the key is called in lists.
  --help                        Print this.

--mint signs in with the session token in the environment variable FIELDGATE_TOKEN.`;

const OPTIONS = {
  json: { type: 'boolean', default: false },
  mint: { type: 'boolean', default: false },
  url: { type: 'string' },
  'service-account': { type: 'string' },
  name: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

try {
  await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}

async function run(words: readonly string[]): Promise<void> {
  const { values, positionals } = parsed(words);
  const [noun, verb, ...files] = positionals;
  if (values.help) return console.log(USAGE);
  if (noun !== 'access' || verb !== 'plan') throw new CliError(USAGE, 'USAGE');
  if (files.length === 0) throw new CliError(`Name at least one file.\n\n${USAGE}`, 'USAGE');
  const order = values.mint ? orderOf(values) : undefined;
  // Whoever mistook an option does not wait for the schema to be built.
  const { planFiles } = await import('./plan-files.js');
  const plan = planFiles(files);
  const minted = order && (await mint(order, plan));
  if (values.json) {
    return console.log(JSON.stringify({ ...plan, ...(minted && { key: minted }) }, null, 2));
  }
  console.log(tableOf(plan));
  if (minted) console.log(`\nThe key, shown once and never again:\n${minted}`);
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new CliError(`${(error as Error).message}\n\n${USAGE}`, 'USAGE');
  }
}

type Values = ReturnType<typeof parsed>['values'];

function orderOf({ url, name, 'service-account': serviceAccount }: Values) {
  const credential = readCredential();
  if (url === undefined || !URL.canParse(url) || !/^https?:/.test(url)) {
    throw new CliError('--mint takes --url, such as http://localhost:4000.', 'USAGE');
  }
  if (serviceAccount === undefined || name === undefined) {
    throw new CliError('--mint takes --service-account and --name.', 'USAGE');
  }
  if (credential === undefined) {
    throw new CliError('--mint takes a session token in FIELDGATE_TOKEN.', 'USAGE');
  }
  return { url, serviceAccount, name, credential };
}
