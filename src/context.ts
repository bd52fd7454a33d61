import DataLoader from 'dataloader';

import type { Provenance } from './audit/record.js';
import type { Attempts } from './authn/attempts.js';
import {
  authenticate,
  identityOf,
  reread,
  type Authenticated,
  type Presented,
  type Unauthenticated,
} from './authn/authenticate.js';
import type { FlowKind } from './authz/boundary.js';
import type { FlowFacts } from './authz/decide.js';
import type { Permission } from './authz/permissions.js';
import { NOBODY, type Principal } from './authz/principal.js';
import type { Rights } from './authz/rights.js';
import type { PrismaClient } from './db/generated/client.js';
import { scopeToAccount, type Db, type Tx } from './db/scoped.js';
import { progressOf, type ReviewProgress } from './domain/access-review.js';
import { authenticateToken, isAccessToken } from './domain/access-token.js';
import { readFlowFacts } from './domain/access.js';
import type { Change, RuledChange } from './domain/change.js';
import { Contents } from './domain/contents.js';
import { findGroups } from './domain/directory.js';
import { readAdministered } from './domain/flow-member.js';
import { findResource, type NamedResource, type Resource } from './domain/resource.js';
import { rightsOfPeople, rightsOfRoles } from './domain/role.js';
import { dormantSince, usesOf, type ServiceAccountUse } from './domain/service-account.js';
import { invalidInput } from './errors.js';
import type { Mailer } from './mail/mailer.js';

const LONGEST_REASON = 500;

/** What every request shares. The client is unscoped: only signing in, which starts without an account, uses it. */
export interface System {
  readonly client: PrismaClient;
  readonly pepper: string;
  readonly attempts: Attempts;
  readonly sessionHours: number;
  /** The URL by which others know this gateway. */
  readonly issuer: string;
  readonly mailer: Mailer;
  readonly now: () => Date;
  /** Aborted when the gateway stops: what would go on by itself ends. */
  readonly closing: AbortSignal;
}

export interface Context {
  readonly system: System;
  readonly provenance: Provenance;
  /** Whether it is only asked what would be refused. */
  readonly isDryRun: boolean;
  principal: Principal | undefined;
  /** Why there is no principal. */
  unauthenticated: Unauthenticated | undefined;
  /** When the credential was last used before this request; null: never. */
  readonly lastUsedAt: Date | null;
  /** Reads and writes rows of the principal's account only; inside a mutation, through its transaction. */
  readonly db: Db;
  /** The same beside the transaction of a mutation: for what others are to see at once. */
  readonly outside: Db;
  access: Access;
  /** What is in the datasets that a request reads. */
  contents: Contents;
  /** Inside a mutation only. */
  readonly change: RuledChange | undefined;
  /** What only the override allowed, by flow: marked in the answer and in the log. */
  readonly overrides: Map<string, OverrideUse>;
  /** The people, others than the principal, of whom it was read where their sessions come from. */
  readonly addressesRead: Set<string>;
  /** The grants that let the actor read as the subject. */
  readonly impersonations: Set<string>;
  /** What is done when the answer is out, so that it takes as long whatever there is to do. */
  readonly afterwards: (() => Promise<void>)[];
  /** What the answer leaves behind in the browser: a new session, or (null) none. */
  readonly response: { session?: { readonly token: string; readonly expiresAt: Date } | null };
}

export interface OverrideUse {
  readonly kind: FlowKind;
  readonly permissions: Set<Permission>;
  /** Whether the entry of a mutation tells of it already. */
  audited: boolean;
}

/** What the principal holds on the flows that a request touches, read once a page. */
export class Access {
  readonly #known = new Map<string, FlowFacts | undefined>();
  readonly #loader: DataLoader<string, FlowFacts | undefined>;
  readonly #administered: DataLoader<string, boolean>;
  readonly #uses: DataLoader<string, ServiceAccountUse | undefined>;
  readonly #dormancies: DataLoader<string, Date | undefined>;
  readonly #reviews: DataLoader<string, ReviewProgress | undefined>;
  readonly #roles: DataLoader<string, Rights | undefined>;
  readonly #groups: DataLoader<string, { id: string; name: string } | undefined>;
  readonly #people: DataLoader<string, Rights | undefined>;
  readonly #resources: DataLoader<NamedResource, Resource | undefined, string>;

  constructor(reader: Tx, principal: Principal | undefined, now: Date) {
    const accountId = principal?.accountId ?? NOBODY;
    this.#uses = perPage((ids) => usesOf(reader, accountId, ids, now));
    this.#dormancies = perPage((ids) => dormantSince(reader, accountId, ids, now));
    this.#reviews = perPage((ids) => progressOf(reader, accountId, ids));
    this.#roles = perPage((ids) => rightsOfRoles(reader, accountId, ids));
    this.#groups = perPage((ids) => findGroups(reader, principal, ids));
    this.#people = perPage((ids) => rightsOfPeople(reader, accountId, ids));
    this.#resources = new DataLoader(
      (named) => Promise.all(named.map((each) => findResource(reader, each))),
      { cacheKeyFn: ({ typename, id }) => `${typename}:${id}` },
    );
    this.#loader = new DataLoader(async (ids) => {
      const facts = principal
        ? await readFlowFacts(reader, principal, principal.subject, ids)
        : new Map<string, FlowFacts>();
      for (const id of ids) this.#known.set(id, facts.get(id));
      return ids.map((id) => facts.get(id));
    });
    this.#administered = new DataLoader(async (ids) => {
      const administered = await readAdministered(reader, ids);
      return ids.map((id) => administered.has(id));
    });
  }

  /** What would stop working without a service account. */
  serviceAccountUse(id: string): Promise<ServiceAccountUse | undefined> {
    return this.#uses.load(id);
  }

  /** How far an access review is. */
  reviewProgress(id: string): Promise<ReviewProgress | undefined> {
    return this.#reviews.load(id);
  }

  /** What an account role gives, with all that it inherits. */
  roleRights(id: string): Promise<Rights | undefined> {
    return this.#roles.load(id);
  }

  /** What the account roles of a person give. */
  rightsOf(userId: string): Promise<Rights | undefined> {
    return this.#people.load(userId);
  }

  /** Those of these groups that the principal can see. */
  async groups(ids: readonly string[]): Promise<{ id: string; name: string }[]> {
    const found = await Promise.all(ids.map((id) => this.#groups.load(id)));
    return found.filter((group) => group !== undefined);
  }

  /** What operations are about, found once for their rule and for what they answer. */
  resource(named: NamedResource): Promise<Resource | undefined> {
    return this.#resources.load(named);
  }

  /** Since when a service account has used no key, if that is long ago. */
  dormantSince(id: string): Promise<Date | undefined> {
    return this.#dormancies.load(id);
  }

  /** Whether a flow has an active Admin or Owner. */
  isAdministered(id: string): Promise<boolean> {
    return this.#administered.load(id);
  }

  /** Answers at once where the facts are known, so that the rules of a page need no promise each. */
  flow(id: string): FlowFacts | undefined | Promise<FlowFacts | undefined> {
    return this.#known.has(id) ? this.#known.get(id) : this.#loader.load(id);
  }
}

/** Reads something about all the objects of a page with one statement. */
function perPage<T>(read: (ids: readonly string[]) => Promise<Map<string, T>>) {
  return new DataLoader<string, T | undefined>(async (ids) => {
    const found = await read(ids);
    return ids.map((id) => found.get(id));
  });
}

/** Authenticates a request; a credential that is no good leaves it without a principal, and says why. */
export async function createContext(
  system: System,
  provenance: Provenance,
  presented: Presented,
  isDryRun = false,
): Promise<Context> {
  assertReason(presented);
  const { now } = system;
  const found = await find(system, presented);
  const { principal, unauthenticated } = outcome(found);
  const db = scopeToAccount(system.client, principal?.accountId);
  return {
    system,
    provenance,
    isDryRun,
    principal,
    unauthenticated,
    lastUsedAt: typeof found === 'string' ? null : found.lastUsedAt,
    db,
    outside: db,
    access: new Access(db, principal, now()),
    contents: new Contents(db),
    change: undefined,
    overrides: new Map(),
    addressesRead: new Set(),
    impersonations: new Set(),
    afterwards: [],
    response: {},
  };
}

function find(system: System, presented: Presented): Promise<Authenticated | Unauthenticated> {
  const { client, pepper, now } = system;
  return isAccessToken(presented.text)
    ? authenticateToken(system, presented.text, presented)
    : authenticate(client, presented, pepper, now());
}

/** The context inside a mutation: its transaction, and the rights that it holds. */
export function withChange(context: Context, change: RuledChange): Context {
  const { principal, tx } = change;
  return {
    ...context,
    principal,
    db: tx as Db,
    access: new Access(tx, principal, change.now),
    contents: new Contents(tx),
    change,
  };
}

/** The change that a mutation's resolver makes. */
export function changeOf({ change }: Context): Change {
  if (!change) throw new Error('Only a mutation with a principal changes anything.');
  return change;
}

/** After a mutation the principal's own rights may be others; whatever is decided next rests on the new ones. */
export async function refresh(context: Context): Promise<void> {
  if (!context.principal) return;
  const found = await reread(
    context.system.client,
    identityOf(context.principal),
    context.system.now(),
  );
  Object.assign(context, outcome(found));
  context.access = new Access(context.db, context.principal, context.system.now());
  context.contents = new Contents(context.db);
}

/** The reason goes into every entry, so it has an end. Throws INVALID_INPUT. */
function assertReason({ reason = '' }: Presented): void {
  // As people count: some characters take two units of a string.
  if (Array.from(reason).length <= LONGEST_REASON) return;
  const message = `A reason has at most ${LONGEST_REASON} characters.`;
  throw invalidInput([{ path: ['X-Act-Reason'], message }]);
}

function outcome(found: Authenticated | Unauthenticated) {
  return typeof found === 'string'
    ? { principal: undefined, unauthenticated: found }
    : { principal: found.principal, unauthenticated: undefined };
}
