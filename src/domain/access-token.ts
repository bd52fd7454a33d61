import { v7 as uuidv7 } from 'uuid';

import type { Provenance } from '../audit/record.js';
import {
  looksLikeAccessToken,
  mintAccessToken,
  verifyAccessToken,
  type AccessTokenClaims,
} from '../authn/access-token.js';
import { reread, type Authenticated, type Presented } from '../authn/authenticate.js';
import type { Unauthenticated } from '../authn/outcome.js';
import { createKeySet } from '../authn/signing-keys.js';
import { parseToken } from '../authn/token.js';
import { actAsDenial } from '../authz/acting-denial.js';
import { boundOf, isTarget } from '../authz/boundary.js';
import type { Permission } from '../authz/permissions.js';
import type { Acting, Party, Principal } from '../authz/principal.js';
import type { System } from '../context.js';
import type { Db, Tx } from '../db/scoped.js';
import { forbidden, invalidInput } from '../errors.js';
import { transact } from './change.js';
import { encodeId, idOf } from './ids.js';

const LONGEST_SECONDS = 600;

type Issuer = Pick<System, 'client' | 'pepper' | 'issuer' | 'now'>;

/** What somebody wants an access token for. */
export interface Wanted {
  readonly audience: string;
  /** Undefined: all that the key may be used for. */
  readonly scope: ReadonlySet<Permission> | undefined;
}

export interface IssuedToken {
  readonly token: string;
  readonly expiresInSeconds: number;
  readonly permissions: readonly Permission[];
}

/** Whether a credential is to be taken for a key, good or bad: no session, and nothing that a key was exchanged for. */
export function isKey(text: string): boolean {
  return !looksLikeAccessToken(text) && parseToken(text)?.kind !== 'session';
}

/**
 * Exchanges the key that a principal came with for an access token. What `read` finds wrong with the wish is refused
 * like everything else, with an entry. Throws INVALID_INPUT, FORBIDDEN if the person is out of reach.
 */
export async function issueAccessToken(
  request: { readonly db: Db; readonly provenance: Provenance; readonly principal: Principal },
  { pepper: secret, issuer, now: clock }: Issuer,
  read: () => Wanted,
): Promise<IssuedToken> {
  const now = clock();
  const { claims, ttlSeconds } = await transact(
    { ...request, now },
    'accessToken.issued',
    async (change) => {
      const { tx, principal } = change;
      const { acting, credential } = principal;
      change.aim({ type: 'AccessKey', id: credential.id });
      const [grantId, ...others] = acting ? sharedGrants(acting) : [];
      if (grantId !== undefined && others.length === 0) change.actBy(grantId);
      const { audience, scope } = read();
      if (acting && !acting.isActable) throw forbidden(actAsDenial(acting.hasGrants));
      const permissions = boundOf(principal, scope);
      if (permissions.length === 0) throw nothingLeft();
      const seconds = await secondsLeft(tx, credential.id, now);
      const jti = uuidv7();
      const expiresAt = new Date((Math.floor(now.getTime() / 1000) + seconds) * 1000).toISOString();
      await change.record({
        after: { audience, jti, scope: permissions.join(' '), expiresAt },
      });
      return {
        claims: { ...partiesOf(principal), aud: audience, jti, permissions },
        ttlSeconds: seconds,
      };
    },
  );
  // After the transaction, inside which only the database is waited for.
  const token = await mintAccessToken(claims, { secret, issuer, now, ttlSeconds });
  return { token, expiresInSeconds: ttlSeconds, permissions: claims.permissions };
}

/** The grants on shared resources by which the actor may act as this person. */
function sharedGrants({ shared, builtInRoles }: Acting): string[] {
  return [...shared].flatMap(([resource, id]) => (isTarget(resource, builtInRoles) ? [id] : []));
}

function nothingLeft(): Error {
  const message = 'None of these permissions is one that the key may be used for here.';
  return invalidInput([{ path: ['scope'], message }]);
}

/** No token outlives its key: other services do not ask whether that is still good. */
async function secondsLeft(tx: Tx, keyId: string, now: Date): Promise<number> {
  const { expiresAt } = await tx.accessKey.findUniqueOrThrow({
    where: { id: keyId },
    select: { expiresAt: true },
  });
  if (!expiresAt) return LONGEST_SECONDS;
  const left = Math.floor((expiresAt.getTime() - now.getTime()) / 1000);
  return Math.min(LONGEST_SECONDS, Math.max(1, left));
}

/** Who a token stands for, in the API's ids (RFC 8693 §4.1: the actor only if it is another). */
function partiesOf({ accountId, subject, actor, acting, credential }: Principal) {
  return {
    sub: partyId(acting ? { kind: 'user', id: acting.as } : subject),
    ...(acting && { act: { sub: partyId(actor) } }),
    account: encodeId('Account', accountId),
    client_id: credential.id,
  };
}

function partyId({ kind, id }: Party): string {
  return encodeId(kind === 'user' ? 'User' : 'ServiceAccount', id);
}

/** Whether a credential is for `authenticateToken` to look at. */
export function isAccessToken(text: string | undefined): text is string {
  return text !== undefined && looksLikeAccessToken(text);
}

/** Turns an access token for the gateway itself into its principal, or says why it is none. */
export async function authenticateToken(
  system: Issuer,
  text: string,
  { actAs, reason }: Omit<Presented, 'text'>,
): Promise<Authenticated | Unauthenticated> {
  const claims = await claimsOf(system, text, system.issuer);
  if (!claims) return 'INVALID_CREDENTIAL';
  return actAs === undefined ? standsFor(system, claims, reason) : 'ACT_AS_NEEDS_ACCESS_KEY';
}

/** What another service may be told of an access token of this account that is good now. */
export async function introspect(system: Issuer, accountId: string, text: string) {
  const claims = await claimsOf(system, text, undefined);
  if (claims?.account !== encodeId('Account', accountId)) return undefined;
  const found = await standsFor(system, claims, undefined);
  if (typeof found === 'string' || found.principal.acting?.isActable === false) return undefined;
  return { claims, permissions: boundOf(found.principal) };
}

/** The keys with which other services verify access tokens. */
export function keySet({ pepper, now }: Issuer) {
  return createKeySet(pepper, now());
}

function claimsOf({ pepper: secret, issuer, now }: Issuer, text: string, audience?: string) {
  return verifyAccessToken(text, { secret, issuer, audience, now: now() });
}

/** Reads the key, its holder and the grants behind a token as they are now: what ended with them has ended. */
async function standsFor(
  { client, now }: Issuer,
  { sub, act, account, client_id: id, permissions, exp }: AccessTokenClaims,
  reason: string | undefined,
): Promise<Authenticated | Unauthenticated> {
  const identity = {
    credential: {
      kind: 'accessToken',
      id,
      issuedFor: permissions,
      // What goes on for long is asked again, without the token.
      endsAt: new Date(exp * 1000),
    },
    actAs: act && idOf('User', sub),
    reason,
  } as const;
  const found = await reread(client, identity, now());
  if (typeof found === 'string') return found;
  const parties = partiesOf(found.principal);
  const isSame =
    parties.account === account && parties.sub === sub && parties.act?.sub === act?.sub;
  return isSame ? found : 'INVALID_CREDENTIAL';
}
