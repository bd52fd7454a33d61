import { v7 as uuidv7 } from 'uuid';

import { mintToken, PEPPER_VERSION, publicPart } from '../../src/authn/token.js';
import { Actor } from './actor.js';
import { SECRET } from './app.js';
import { testDatabase } from './database.js';
import { globalId, type Workspace } from './world.js';

interface Draft {
  readonly slot?: number;
  readonly name?: string;
  readonly permissions?: string[];
  readonly isActive?: boolean;
  readonly expiresAt?: Date;
  readonly createdAt?: Date;
  readonly lastUsedAt?: Date;
  readonly createdById?: string;
}

/** A key as the database has it, and whoever presents it. */
export interface Key {
  readonly rowId: string;
  readonly id: string;
  readonly keyId: string;
  readonly text: string;
  readonly user: Actor;
}

/** Makes a key of a service account or of a person without asking the API. */
export async function keyOf(
  { accountId, app }: Workspace,
  holder: { readonly serviceAccountId: string } | { readonly userId: string },
  draft: Draft = {},
): Promise<Key> {
  const { client } = await testDatabase();
  const rowId = uuidv7();
  const kind = 'userId' in holder ? 'apiKey' : 'accessKey';
  const { token, secretHash } = mintToken(kind, rowId, SECRET);
  const data = { slot: 50, name: 'A key', ...draft, ...holder, accountId, secretHash };
  await client.accessKey.create({ data: { ...data, id: rowId, pepperVersion: PEPPER_VERSION } });
  return {
    rowId,
    id: globalId('AccessKey', rowId),
    keyId: publicPart(kind, rowId),
    text: token,
    user: presenting(app, `Bearer ${token}`),
  };
}

/** Whoever sends this in the header that says who asks. */
export function presenting(app: Actor['app'], authorization: string): Actor {
  return new Actor(app, '', 'Whoever', '', { authorization });
}

/** The header of HTTP Basic. */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** The id of the row behind an id of the API. */
export function rowIdOf(id: string | undefined): string {
  return Buffer.from(id ?? '', 'base64url')
    .toString()
    .replace(/^\w+:/, '');
}
