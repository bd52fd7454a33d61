import { getNamedType, isInputObjectType, isNonNullType, type GraphQLSchema } from 'graphql';

import { about, all, any, needs, permissionsIn, SELF, type Rule } from '../authz/rule.js';
import {
  isDatasetPermission,
  isSharedPermission,
  READ,
  ruleName,
  type Family,
} from '../authz/tables.js';
import type { Context } from '../context.js';
import { decodeId, FLOW_TYPENAMES, flowKindOf, KINDS_BUT_DATASET, NOWHERE } from '../domain/ids.js';
import { isFindable, type NamedResource, type Resource } from '../domain/resource.js';
import { invalidInput, notFound } from '../errors.js';
import type { builder } from './builder.js';
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

/** Those whom people cannot see they neither find nor manage. */
const SEEN: Readonly<Record<string, Rule>> = {
  Group: needs('directory:read'),
  Role: needs('account:read'),
  ServiceAccount: needs('directory:read'),
  Session: any(SELF, needs('directory:read')),
  User: any(SELF, needs('directory:read')),
};

/** The rule of an operation about something of this type, with what it takes to find it. */
export function ruleAbout({ coordinate, rule }: Operation, typename: string): Rule {
  const family = familyOf(typename);
  if (family) return all(needs(READ[family]), rule);
  const seen = /^(Mutation|Query)\./.test(coordinate) ? SEEN[typename] : undefined;
  return seen ? all(rule, seen) : rule;
}

/** An operation of the schema, and the id of what it is to be about; without one it is the account. */
interface OperationNamed extends Omit<OperationAbout, 'resource'> {
  readonly named: NamedResource | undefined;
}

/** Throws INVALID_INPUT. */
export function nameOperation(
  { operation: coordinate, resourceId }: Asked,
  schema: GraphQLSchema,
): OperationNamed {
  const operation = operationsOf(schema).get(coordinate);
  if (!operation) {
    const message = `There is no ${coordinate}. Name a field as \`Mutation.renameDataset\` or \`Dataset.settings\`.`;
    throw invalidInput([{ path: ['operation'], message }]);
  }
  const named = decodeId(resourceId ?? '');
  const rule = ruleAbout(operation, named.typename);
  if (resourceId == null) {
    if (!dependsOnResource(rule)) return { operation, rule, named: undefined };
    throw wrongResource(`${coordinate} depends on what it is about: name that.`);
  }
  const types = typesAbout(operation);
  if (!types.includes(named.typename)) {
    throw wrongResource(
      types.length > 0
        ? `${coordinate} takes the id of a ${types.join(', ')}.`
        : `${coordinate} is about the account: leave this out.`,
    );
  }
  return { operation, rule, named };
}

/** Finds what an operation is to be about, whoever may see it. Throws NOT_FOUND. */
export async function findOperation(
  { operation, rule, named }: OperationNamed,
  { access }: Context,
): Promise<OperationAbout> {
  const resource = named ? await access.resource(named) : {};
  if (!resource) throw notFound();
  return { operation, rule, resource };
}

function wrongResource(message: string) {
  return invalidInput([{ path: ['resourceId'], message }]);
}

/** Whether nothing can be said of a rule before it is known what it is about. */
function dependsOnResource(rule: Rule): boolean {
  switch (rule.is) {
    case 'SHARED':
    case 'GIVING':
      return true;
    case 'ABOUT':
      return !('account' in rule.of);
    case 'ALL':
      return rule.of.some(dependsOnResource);
    case 'ANY':
      return rule.of.every(dependsOnResource);
    default:
      return false;
  }
}

/** What a mutation is about, by what its input calls it. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  accessKeyId: ['AccessKey'],
  datasetId: ['Dataset'],
  groupId: ['Group'],
  invitationId: ['Invitation'],
  requestId: ['AccessRequest'],
  roleId: ['Role'],
  serviceAccountId: ['ServiceAccount'],
  sessionId: ['Session'],
  userId: ['User'],
  viewId: ['DatasetView'],
};

/** Of which types something can be that an operation is about; none: it is about the account. */
function typesAbout({ coordinate, field, rule }: Operation): readonly string[] {
  const [typename = ''] = coordinate.split('.');
  if (typename === 'Mutation') return typesOfInput(field, rule);
  const leadsTo = typename === 'Query' ? getNamedType(field.type).name : typename;
  return isFindable(leadsTo) ? [leadsTo] : typesIn(rule);
}

function typesOfInput({ args }: Operation['field'], rule: Rule): readonly string[] {
  const [input] = args.map(({ type }) => getNamedType(type));
  const fields = isInputObjectType(input) ? Object.values(input.getFields()) : [];
  const names = fields.map(({ name }) => name);
  return fields.flatMap(({ name, type }) => {
    if (name === 'flowId' || name === 'on') return typesIn(rule).filter(flowKindOf);
    if (name === 'memberId') return [names.includes('datasetId') ? 'DatasetMember' : 'FlowMember'];
    // What is optional is not what it is about.
    return isNonNullType(type) ? (TYPES[name] ?? []) : [];
  });
}

/** What is shared by a permission that the rule names. */
function typesIn(rule: Rule): readonly string[] {
  const shared = permissionsIn(rule).filter(isSharedPermission);
  return [
    ...(shared.some(isDatasetPermission) ? ['Dataset', 'DatasetMember', 'DatasetView'] : []),
    ...(shared.every(isDatasetPermission)
      ? []
      : [...KINDS_BUT_DATASET.map((kind) => FLOW_TYPENAMES[kind]), 'FlowMember']),
  ];
}

/** Whether the principal can see what has this id. */
export async function isVisibleResource(globalId: string, context: Context): Promise<boolean> {
  const named = decodeId(globalId);
  if (named.typename !== 'DatasetView') return isVisibleNode(named, context);
  // What is not there is asked for as long as what cannot be seen.
  const { flowId: id = NOWHERE } = (await context.access.resource(named)) ?? {};
  return isVisibleNode({ typename: 'Dataset', id }, context);
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
  async (_parent: unknown, { resourceId }: Pick<Asked, 'resourceId'>, { access }: Context) => {
    const account = 'governance:read' as const;
    const named = decodeId(resourceId ?? '');
    const family = familyOf(named.typename);
    if (!family) return { account };
    // What is not there is refused like what cannot be seen.
    const { flowId: id = NOWHERE } = (await access.resource(named)) ?? {};
    return family === 'dataset'
      ? { $any: { account, dataset: { id, permissions: [ADMINISTERS.dataset] } } }
      : { $any: { account, flow: { id, permissions: [ADMINISTERS.flow] } } };
  },
);
