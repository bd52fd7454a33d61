import type { GraphQLSchema } from 'graphql';

import { about, all, any, needs, permissionsIn, SELF, type Rule } from '../authz/rule.js';
import { isSharedPermission, ruleName } from '../authz/tables.js';
import type { Context } from '../context.js';
import { decodeId, flowKindOf, NOWHERE } from '../domain/ids.js';
import { findResource, type Resource } from '../domain/resource.js';
import { invalidInput, notFound } from '../errors.js';
import type { builder } from './builder.js';
import { READ, type Family } from './flow-scope.js';
import { shortText } from './inputs.js';
import { isVisibleNode } from './node.js';
import { operationsOf, type Operation } from './operations.js';
import { printing } from './scopes.js';

/** An operation, and what it is about. */
export interface Asked {
  readonly operation: string;
  readonly resourceId?: string | null | undefined;
}

type Arguments = PothosSchemaTypes.QueryFieldBuilder<
  typeof builder.$inferSchemaTypes,
  object
>['arg'];

/** The arguments that name an operation and what it is about. */
export function operationArgs({ arg }: { readonly arg: Arguments }) {
  return {
    operation: arg.string({
      description:
        'The field or mutation, by its coordinate: `Mutation.renameDataset`, `Dataset.settings`.',
      validate: shortText,
    }),
    resourceId: arg.id({
      required: false,
      description:
        'What it is about: the id of a Dataset, Process, DatasetView, DatasetMember, User, Role, AccessKey, …. None: the account.',
    }),
  };
}

/** An operation of the schema about something that there is. */
export interface OperationAbout {
  readonly operation: Operation;
  readonly rule: Rule;
  readonly resource: Resource;
}

/** Those whom people cannot see they do not manage either. */
const SEEN: Readonly<Record<string, Rule>> = {
  User: any(SELF, needs('directory:read')),
  Role: needs('account:read'),
};

/** The rule of an operation about something of this type, with what it takes to find it. */
export function ruleAbout({ coordinate, rule }: Operation, typename: string): Rule {
  const family = familyOf(typename);
  if (family) return all(needs(READ[family]), rule);
  const seen = coordinate.startsWith('Mutation.') ? SEEN[typename] : undefined;
  return seen ? all(seen, rule) : rule;
}

/** Finds an operation and what it is about, whoever may see it. Throws INVALID_INPUT and NOT_FOUND. */
export async function findOperation(
  { operation: coordinate, resourceId }: Asked,
  { db }: Context,
  schema: GraphQLSchema,
): Promise<OperationAbout> {
  const operation = operationsOf(schema).get(coordinate);
  if (!operation) {
    const message = `There is no ${coordinate}. Name a field as \`Mutation.renameDataset\` or \`Dataset.settings\`.`;
    throw invalidInput([{ path: ['operation'], message }]);
  }
  const named = decodeId(resourceId ?? '');
  const rule = ruleAbout(operation, named.typename);
  const isShared =
    operation.rule.is !== 'ABOUT' && permissionsIn(operation.rule).some(isSharedPermission);
  if (resourceId == null) {
    if (!isShared) return { operation, rule, resource: {} };
    const message = `${coordinate} depends on what it is about: name that.`;
    throw invalidInput([{ path: ['resourceId'], message }]);
  }
  const resource = await findResource(db, named);
  if (!resource) throw notFound();
  if (isShared && resource.flowId === undefined) {
    const message = `${coordinate} is about a dataset or flow, or something in one.`;
    throw invalidInput([{ path: ['resourceId'], message }]);
  }
  return { operation, rule, resource };
}

/** Whether the principal can see what has this id. */
export async function isVisibleResource(globalId: string, context: Context): Promise<boolean> {
  const named = decodeId(globalId);
  if (named.typename !== 'DatasetView') return isVisibleNode(named, context);
  const { flowId = '' } = (await findResource(context.db, named)) ?? {};
  return flowId !== '' && isVisibleNode({ typename: 'Dataset', id: flowId }, context);
}

const ADMINISTERS = { dataset: 'dataset:configure', flow: 'flowMember:makeNone' } as const;

/** In what a resource is: a dataset, or a flow of another kind; undefined: neither. */
function familyOf(typename: string): Family | undefined {
  if (['Dataset', 'DatasetMember', 'DatasetView'].includes(typename)) return 'dataset';
  return typename === 'FlowMember' || flowKindOf(typename) ? 'flow' : undefined;
}

/** Governance, or the administration of the dataset or flow that the arguments name or that what they name is in. */
export const governs = printing(
  `${ruleName('governance:read')}, or ${ruleName(ADMINISTERS.dataset)} or ${ruleName(ADMINISTERS.flow)} there`,
  any(
    needs('governance:read'),
    about({ dataset: needs(ADMINISTERS.dataset), flow: needs(ADMINISTERS.flow) }),
  ),
  async (_parent: unknown, { resourceId }: Pick<Asked, 'resourceId'>, { db }: Context) => {
    const account = 'governance:read' as const;
    const named = decodeId(resourceId ?? '');
    const family = familyOf(named.typename);
    if (!family) return { account };
    // What is not there is refused like what cannot be seen.
    const { flowId: id = NOWHERE } = (await findResource(db, named)) ?? {};
    return family === 'dataset'
      ? { $any: { account, dataset: { id, permissions: [ADMINISTERS.dataset] } } }
      : { $any: { account, flow: { id, permissions: [ADMINISTERS.flow] } } };
  },
);
