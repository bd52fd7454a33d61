import type { GraphQLSchema } from 'graphql';

import type { Check } from '../authz/denial-shape.js';
import { explain, type Explanation } from '../authz/explain.js';
import type { Standing } from '../authz/principal.js';
import { any, needs, SELF } from '../authz/rule.js';
import { Access, type Context } from '../context.js';
import { decodeId, encodeId, idOf } from '../domain/ids.js';
import { factsOf } from '../domain/resource.js';
import { findStanding } from '../domain/standing.js';
import { invalidInput } from '../errors.js';
import { builder, reached } from './builder.js';
import { DenialReason, Remedy } from './denial.js';
import { AccessVia, MemberRole } from './enums.js';
import { principalOf } from './flow-scope.js';
import { Group } from './group.js';
import { hiddenNode } from './node.js';
import {
  findOperation,
  governs,
  isVisibleResource,
  nameOperation,
  operationArgs,
  type Asked,
  type OperationAbout,
} from './operation-about.js';
import { printing } from './scopes.js';

const AccessCheckStep = builder.enumType('AccessCheckStep', {
  description: 'The steps in which access is checked, in their order.',
  values: {
    CREDENTIAL: { description: 'What the credential may be used for.' },
    IMPERSONATION_GRANT: {
      description: 'Whether a live grant lets the actor act as others there.',
    },
    IMPERSONATION_TARGET: { description: 'Whether the person may be acted as there.' },
    SUBJECT_RIGHTS: { description: 'Whether the person may do it themselves.' },
    ROLE: { description: 'The roles in the account.' },
    ITEM_PERMISSION: { description: 'The role of one’s own on the dataset or flow.' },
    SUSPENSION: { description: 'Whether the person is active, or the service account is on.' },
    TEAM_MEMBERSHIP: { description: 'The roles of groups on the dataset or flow.' },
  } as const,
});

const AccessCheck = builder.objectRef<Check>('AccessCheck').implement({
  description: 'One step of a check of access.',
  authScopes: reached,
  fields: (t) => ({
    step: t.expose('step', { type: AccessCheckStep, description: 'Which step.' }),
    ok: t.exposeBoolean('ok', { description: 'Whether it lets through, or does not matter.' }),
    fact: t.exposeString('fact', { description: 'What it found.' }),
  }),
});

interface Explained extends Explanation {
  readonly about: OperationAbout;
}

const AccessExplanation = builder.objectRef<Explained>('AccessExplanation').implement({
  description: 'Whether somebody may do something, and why.',
  authScopes: reached,
  fields: (t) => ({
    allowed: t.exposeBoolean('allowed', { description: 'Whether they may.' }),
    reason: t.expose('reason', {
      type: DenialReason,
      nullable: true,
      description: 'Why not; null: they may.',
    }),
    operation: t.string({
      description: 'The field or mutation.',
      resolve: ({ about }) => about.operation.coordinate,
    }),
    rule: t.string({
      description: 'What it takes.',
      resolve: ({ about }) => about.operation.words,
    }),
    via: t.field({
      type: AccessVia,
      nullable: true,
      description: 'The path that decided; null: refused, or it is their own and takes none.',
      resolve: ({ via }) => (via === 'SELF' ? null : via),
    }),
    role: t.expose('role', {
      type: MemberRole,
      nullable: true,
      description: 'The role there that counts; null: none.',
    }),
    groups: t.field({
      type: [Group],
      description: 'The groups that give the role, as far as you can see groups.',
      resolve: ({ groupIds }, _args, { access }) => access.groups(groupIds),
    }),
    impersonationGrantId: t.id({
      nullable: true,
      description: 'The grant that lets the service account act as the person; null: none.',
      resolve: ({ impersonationId }) =>
        impersonationId && encodeId('ImpersonationGrant', impersonationId),
    }),
    checks: t.field({
      type: [AccessCheck],
      description:
        'The steps: first those of the credential and of acting as somebody, then role, item permission, suspension, team membership.',
      resolve: ({ checks }) => [...checks],
    }),
    missing: t.stringList({
      description: 'The permissions that they lack, in the words of the rules.',
      resolve: ({ missing }) => [...missing],
    }),
    remedies: t.field({
      type: [Remedy],
      description: 'What would change the answer.',
      resolve: ({ remedies }) => [...remedies],
    }),
  }),
});

interface Args extends Asked {
  readonly principalId?: string | null | undefined;
  readonly actingAs?: string | null | undefined;
}

const TYPENAMES = { user: 'User', serviceAccount: 'ServiceAccount' } as const;

function isOneself({ principalId, actingAs }: Args, { principal }: Context): boolean {
  if (actingAs != null) return false;
  if (principalId == null) return true;
  const { typename, id } = decodeId(principalId);
  return (
    principal !== undefined &&
    typename === TYPENAMES[principal.subject.kind] &&
    id === principal.subject.id
  );
}

const mayExplain = printing(
  `self or ${governs.words}`,
  any(SELF, governs.rule, needs('governance:read')),
  (parent: unknown, args: Args, context: Context) =>
    isOneself(args, context) ? { authenticated: true } : governs(parent, args, context),
);

builder.queryField('explainAccess', (t) =>
  t.field({
    type: AccessExplanation,
    description:
      'Whether somebody may do something to something, by which path, or why not and what helps: yourself, or anybody else for those who govern the account or administer the dataset or flow.',
    authScopes: mayExplain,
    args: {
      ...operationArgs(t),
      principalId: t.arg.id({
        required: false,
        description:
          'Who: the id of a User (signed in), of a ServiceAccount, or of an AccessKey with what it is restricted to. Unless given, you.',
      }),
      actingAs: t.arg.id({
        required: false,
        description: 'As which User the service account is to act.',
      }),
    },
    resolve: (_root, args, context, info) => explained(args, context, info.schema),
  }),
);

async function explained(args: Args, context: Context, schema: GraphQLSchema): Promise<Explained> {
  assertPrincipal(args);
  const operation = nameOperation(args, schema);
  const standing = await standingOf(args, context);
  const about = await findOperation(operation, context);
  const access = new Access(context.db, standing.principal, context.system.now());
  const facts = await factsOf(about.resource, standing.principal, access);
  return { about, ...explain(standing, about.rule, facts) };
}

/** Throws INVALID_INPUT. */
function assertPrincipal({ principalId, actingAs }: Args): void {
  const { typename } = decodeId(principalId ?? '');
  if (principalId != null && !['User', 'ServiceAccount', 'AccessKey'].includes(typename)) {
    const message = 'It takes the id of a User, ServiceAccount or AccessKey.';
    throw invalidInput([{ path: ['principalId'], message }]);
  }
  if (actingAs != null && !['ServiceAccount', 'AccessKey'].includes(typename)) {
    const message =
      'Only a ServiceAccount, or a key of one, acts as somebody: name it as principalId.';
    throw invalidInput([{ path: ['actingAs'], message }]);
  }
}

/** Whoever it is about; of oneself only what one can see is explained. Throws NOT_FOUND. */
async function standingOf(args: Args, context: Context): Promise<Standing> {
  const { db, system } = context;
  const principal = principalOf(context);
  const { resourceId, principalId, actingAs } = args;
  if (!isOneself(args, context)) {
    const actAs = actingAs == null ? undefined : idOf('User', actingAs);
    return findStanding(db, principal, decodeId(principalId ?? ''), actAs, system.now());
  }
  if (resourceId != null && !(await isVisibleResource(resourceId, context))) {
    return hiddenNode(decodeId(resourceId), context);
  }
  return { principal, isActive: true };
}
