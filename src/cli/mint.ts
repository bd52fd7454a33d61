import { CliError } from './cli-error.js';
import type { FilesPlan } from './plan-files.js';

/** Whose key is to be made, where, and with what right. */
interface Order {
  readonly url: string;
  readonly serviceAccount: string;
  readonly name: string;
  readonly credential: string;
}

const FIND = '{ serviceAccounts(first: 25) { edges { node { id handle } } } }';
const MINT = `mutation Mint($input: CreateAccessKeyInput!) { createAccessKey(input: $input) { key } }`;

/** Makes an access key that is good for exactly what was planned. */
export async function mint(order: Order, { permissions, takesSignIn }: FilesPlan): Promise<string> {
  if (takesSignIn) {
    throw new CliError('No key does this: it takes a person who is signed in.', 'INPUT');
  }
  if (permissions.length === 0) {
    throw new CliError(
      'It takes no permission, and a key without any is one for everything.',
      'INPUT',
    );
  }
  const { name } = order;
  const serviceAccountId = await idOf(order);
  const input = { serviceAccountId, name, permissions };
  const { createAccessKey } = await ask<{ createAccessKey: { key: string } }>(order, MINT, {
    input,
  });
  return createAccessKey.key;
}

async function idOf(order: Order): Promise<string> {
  const { serviceAccount } = order;
  if (!serviceAccount.startsWith('sa:')) return serviceAccount;
  const { serviceAccounts } = await ask<{
    serviceAccounts: { edges: { node: { id: string; handle: string } }[] };
  }>(order, FIND);
  const found = serviceAccounts.edges.find(({ node }) => node.handle === serviceAccount);
  if (!found) throw new CliError(`There is no service account ${serviceAccount}.`, 'REFUSED');
  return found.node.id;
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string }[];
}

async function ask<Data>(
  { url, credential }: Order,
  query: string,
  variables: object = {},
): Promise<Data> {
  const { data, errors = [] } = await send<Data>(url, credential, { query, variables });
  if (errors.length > 0 || !data) {
    const messages = errors.map(({ message }) => message).join('\n') || 'It answered nothing.';
    throw new CliError(`The gateway refused it: ${messages}`, 'REFUSED');
  }
  return data;
}

async function send<Data>(url: string, credential: string, body: object): Promise<Answer<Data>> {
  const address = new URL('graphql', url.endsWith('/') ? url : `${url}/`);
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${credential}` },
      body: JSON.stringify(body),
    });
    return (await response.json()) as Answer<Data>;
  } catch {
    throw new CliError(`There is no gateway at ${address.origin}.`, 'REFUSED');
  }
}
