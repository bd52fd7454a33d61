import { signedIn } from '../authn/session.js';
import type { Grant } from '../authz/decide.js';
import { explain, type Explanation } from '../authz/explain.js';
import { NOBODY, type Principal } from '../authz/principal.js';
import type { Rights } from '../authz/rights.js';
import type { Facts, Rule } from '../authz/rule.js';
import type { HolderRow } from './people-who.js';
import { factsFrom, readKnown, type FactsReader, type Known, type Resource } from './resource.js';

/** An operation about a resource, with what its rule asks of anybody. */
export interface Question {
  readonly accountId: string;
  readonly rule: Rule;
  readonly resource: Resource;
  /** What is known of the resource; nobody holds anything there. */
  readonly known: Known;
  /** The facts of somebody who is nobody. */
  readonly facts: Facts;
  /** What each account role gives. */
  readonly roles: ReadonlyMap<string, Rights>;
}

export const NOBODY_THERE: Principal = {
  accountId: NOBODY,
  subject: { kind: 'user', id: NOBODY },
  actor: { kind: 'user', id: NOBODY },
  credential: { kind: 'session', id: NOBODY },
  roleNames: [],
  own: new Set(),
  permissions: new Set(),
};

/** Reads what is the same for everybody about whom it is asked. */
export async function askWho(
  accountId: string,
  rule: Rule,
  resource: Resource,
  reader: FactsReader,
  roles: ReadonlyMap<string, Rights>,
): Promise<Question> {
  const known = holdingThere(await readKnown(resource, reader), []);
  return {
    accountId,
    rule,
    resource,
    known,
    facts: factsFrom(resource, NOBODY_THERE, known),
    roles,
  };
}

/** Of these people, each with the path by which they may do it; who may not is not among them. */
export function explainPeople(
  { accountId, rule, resource, known }: Question,
  people: readonly HolderRow[],
): Map<string, Explanation> {
  return new Map(
    people.flatMap(({ id, roles, grants }) => {
      const principal = signedIn(accountId, id, roles);
      const facts = factsFrom(resource, principal, holdingThere(known, grants));
      const explanation = explain({ principal, isActive: true }, rule, facts);
      return explanation.allowed ? [[id, explanation] as const] : [];
    }),
  );
}

/** The same, to somebody with these grants on the flow who may act as others there by that one. */
export function holdingThere(
  { flow, ...known }: Known,
  grants: readonly Grant[],
  impersonationId: string | null = null,
): Known {
  if (!flow) return known;
  const { id, kind } = flow;
  return { ...known, flow: { ...(id !== undefined && { id }), kind, grants, impersonationId } };
}
