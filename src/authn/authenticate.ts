import type { Credential, Principal } from '../authz/principal.js';
import { identifyKey, lockKey } from './key.js';
import type { Authenticated, Reader, Unauthenticated } from './outcome.js';
import { identifySession, lockSession } from './session.js';
import { hashSecret, isSecret, parseToken } from './token.js';

export type { Authenticated, Reader, Unauthenticated } from './outcome.js';

/** What a request says of who is asking. */
export interface Presented {
  /** The credential as it came; undefined: none. */
  readonly text: string | undefined;
  /** As whom the request is to count: the id of a person, whether or not there is one; undefined: as itself. */
  readonly actAs?: string | undefined;
  readonly reason?: string | undefined;
}

interface Found {
  readonly secretHash: Uint8Array | null;
  /** Whom it signs in, or why it does not. */
  readonly outcome: Authenticated | Unauthenticated;
}

/** A credential whose secret was found to be right, and what was asked for with it. */
export type Identity = Omit<Presented, 'text'> & { readonly credential: Credential };

/** Turns what was presented into its principal with one indexed read, or says why it is none. */
export async function authenticate(
  reader: Reader,
  presented: Presented,
  pepper: string,
  now: Date,
): Promise<Authenticated | Unauthenticated> {
  if (presented.text === undefined) return 'NO_CREDENTIAL';
  const token = parseToken(presented.text);
  if (!token) return 'INVALID_CREDENTIAL';
  const { actAs, reason } = presented;
  const credential = { kind: token.kind, id: token.id };
  const found = await identify(reader, { credential, actAs, reason }, now);
  // An unknown id costs the same comparison as a wrong secret.
  const matches = isSecret(token.secret, found?.secretHash ?? hashSecret('', pepper), pepper);
  return found && matches ? found.outcome : 'INVALID_CREDENTIAL';
}

/** Reads the principal of a credential that was authenticated before in this request. */
export async function reread(
  reader: Reader,
  identity: Identity,
  now: Date,
): Promise<Authenticated | Unauthenticated> {
  const found = await identify(reader, identity, now);
  return found?.secretHash ? found.outcome : 'INVALID_CREDENTIAL';
}

/**
 * Like `reread`, inside a transaction: the credential, its holder, whoever is acted as and the grants on shared
 * resources stay locked against suspension, revocation and any change of rights until it ends; whoever makes such a
 * change updates these rows.
 */
export async function reauthenticate(
  tx: Reader,
  identity: Identity,
  now: Date,
): Promise<Authenticated | Unauthenticated> {
  const { credential, actAs } = identity;
  await (credential.kind === 'session'
    ? lockSession(tx, credential.id)
    : lockKey(tx, credential.id, actAs));
  // A second statement, because the first one's snapshot is older than the lock it waited for.
  return reread(tx, identity, now);
}

/** What has to be known of a principal to find it again. */
export function identityOf({ credential, acting }: Principal): Identity {
  return { credential, actAs: acting?.as, reason: acting?.reason };
}

async function identify(reader: Reader, identity: Identity, now: Date): Promise<Found | undefined> {
  const { credential, actAs } = identity;
  if (credential.kind !== 'session') return identifyKey(reader, identity, now);
  const found = await identifySession(reader, credential.id, now);
  return found && actAs !== undefined ? { ...found, outcome: 'ACT_AS_NEEDS_ACCESS_KEY' } : found;
}
