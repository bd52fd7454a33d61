import { NOBODY, type Principal } from '../authz/principal.js';
import { rightsOf, type HeldRole } from '../authz/rights.js';
import type { Authenticated, Reader, Unauthenticated } from './outcome.js';

interface SessionRow {
  secret_hash: Uint8Array;
  expires_at: Date;
  ended_at: Date | null;
  last_seen_at: Date;
  account_id: string;
  user_id: string;
  status: 'ACTIVE' | 'SUSPENDED';
  removed_at: Date | null;
  roles: HeldRole[];
}

/** Reads a session with its person, their state and their account roles. */
export async function identifySession(reader: Reader, id: string, now: Date) {
  const [row] = await reader.$queryRaw<SessionRow[]>`
    SELECT s.secret_hash, s.expires_at, s.ended_at, s.last_seen_at, s.account_id, s.user_id,
           u.status::text AS status, u.removed_at, held_roles(u.id) AS roles
    FROM session s JOIN "user" u ON u.id = s.user_id
    WHERE s.id = ${id}::uuid`;
  return row && { secretHash: row.secret_hash, outcome: outcomeOf(id, row, now) };
}

/** Holds a session, its person and the roles of the account against everybody who changes them. */
export async function lockSession(tx: Reader, id: string): Promise<void> {
  await tx.$queryRaw`
    WITH gate AS MATERIALIZED (
      SELECT 1 FROM session s,
        unnest(ARRAY[s.id::text, s.user_id::text, 'roles of ' || s.account_id]) AS place,
        pg_advisory_xact_lock_shared(hashtextextended(place, 0))
      WHERE s.id = ${id}::uuid)
    SELECT 1 FROM session s JOIN "user" u ON u.id = s.user_id
    WHERE s.id = ${id}::uuid AND (SELECT count(*) FROM gate) > 0 FOR SHARE OF s, u`;
}

function outcomeOf(id: string, row: SessionRow, now: Date): Authenticated | Unauthenticated {
  if (row.ended_at || row.removed_at || row.expires_at <= now) return 'SESSION_ENDED';
  if (row.status === 'SUSPENDED') return 'SUSPENDED';
  const principal = signedIn(row.account_id, row.user_id, row.roles, id);
  return { principal, lastUsedAt: row.last_seen_at };
}

/** A person with these account roles who has signed in: in this session, unless it is only asked what if. */
export function signedIn(
  accountId: string,
  id: string,
  roles: readonly HeldRole[],
  sessionId = NOBODY,
): Principal {
  const subject = { kind: 'user', id } as const;
  const { roleNames, own } = rightsOf(roles);
  const credential = { kind: 'session', id: sessionId } as const;
  return { accountId, subject, actor: subject, credential, roleNames, own, permissions: own };
}
