import { isAccountRole, permissionsOfRole } from '../authz/account-roles.js';
import { isAccountPermission } from '../authz/permissions.js';
import type { Principal } from '../authz/principal.js';
import { hashSecret, isSecret, type ParsedToken } from './token.js';

/** Why nobody is signed in. */
export type Unauthenticated =
  | 'NO_CREDENTIAL'
  | 'INVALID_CREDENTIAL'
  | 'SESSION_ENDED'
  | 'SUSPENDED';

export interface Authenticated {
  readonly principal: Principal;
  readonly lastSeenAt: Date;
}

/** The part of a client or transaction that authentication reads through. */
export interface Reader {
  $queryRaw<T>(query: TemplateStringsArray, ...values: unknown[]): PromiseLike<T>;
}

interface SessionRow {
  secret_hash: Uint8Array;
  expires_at: Date;
  ended_at: Date | null;
  last_seen_at: Date;
  account_id: string;
  user_id: string;
  status: 'ACTIVE' | 'SUSPENDED';
  removed_at: Date | null;
  roles: { builtIn: string | null; name: string; permissions: string[]; direct: boolean }[];
}

/** Turns a presented session token into its principal with one indexed read, or says why it is none. */
export async function authenticate(
  reader: Reader,
  token: ParsedToken,
  pepper: string,
  now: Date,
): Promise<Authenticated | Unauthenticated> {
  const row = await readSession(reader, token.id);
  // An unknown id costs the same comparison as a wrong secret.
  const matches = isSecret(token.secret, row?.secret_hash ?? hashSecret('', pepper), pepper);
  if (!row || !matches) return 'INVALID_CREDENTIAL';
  return principalOf(token.id, row, now);
}

/** Reads the principal of a session that was authenticated before in this request. */
export async function reread(
  reader: Reader,
  sessionId: string,
  now: Date,
): Promise<Authenticated | Unauthenticated> {
  const row = await readSession(reader, sessionId);
  return row ? principalOf(sessionId, row, now) : 'SESSION_ENDED';
}

/**
 * Like `reread`, inside a transaction: the session and the person stay locked against suspension, removal and any
 * change of their rights until it ends; whoever makes such a change takes the person's row FOR UPDATE.
 */
export async function reauthenticate(
  tx: Reader,
  sessionId: string,
  now: Date,
): Promise<Authenticated | Unauthenticated> {
  await tx.$queryRaw`
    SELECT 1 FROM session s JOIN "user" u ON u.id = s.user_id
    WHERE s.id = ${sessionId}::uuid FOR SHARE OF s, u`;
  // A second statement, because the first one's snapshot is older than the lock it waited for.
  return reread(tx, sessionId, now);
}

async function readSession(reader: Reader, id: string): Promise<SessionRow | undefined> {
  const [row] = await reader.$queryRaw<SessionRow[]>`
    SELECT s.secret_hash, s.expires_at, s.ended_at, s.last_seen_at, s.account_id, s.user_id,
           u.status::text AS status, u.removed_at,
           (WITH RECURSIVE held(role_id, direct) AS (
              SELECT role_id, true FROM role_assignment WHERE user_id = u.id
              UNION
              SELECT p.parent_id, false FROM role_parent p JOIN held USING (role_id))
            SELECT coalesce(json_agg(json_build_object(
                     'builtIn', r.built_in, 'name', r.name, 'permissions', r.permissions, 'direct', h.direct)), '[]')
            FROM held h JOIN role r ON r.id = h.role_id) AS roles
    FROM session s JOIN "user" u ON u.id = s.user_id
    WHERE s.id = ${id}::uuid`;
  return row;
}

function principalOf(
  sessionId: string,
  row: SessionRow,
  now: Date,
): Authenticated | Unauthenticated {
  if (row.ended_at || row.removed_at || row.expires_at <= now) return 'SESSION_ENDED';
  if (row.status === 'SUSPENDED') return 'SUSPENDED';
  const subject = { kind: 'user', id: row.user_id } as const;
  const principal: Principal = {
    accountId: row.account_id,
    subject,
    actor: subject,
    credential: { kind: 'session', id: sessionId },
    roleNames: row.roles.filter(({ direct }) => direct).map(({ name }) => name),
    permissions: new Set(
      row.roles.flatMap(({ builtIn, permissions }) =>
        builtIn && isAccountRole(builtIn)
          ? permissionsOfRole(builtIn)
          : permissions.filter(isAccountPermission),
      ),
    ),
  };
  return { principal, lastSeenAt: row.last_seen_at };
}
