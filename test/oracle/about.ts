import { typeOf } from './load.js';
import { judge } from './oracle.js';
import { NAMES } from './requests.js';
import { DATASET_ROLES, FLOW_ROLES } from './tables.js';
import type { Question, World } from './world.js';

/** A question as those take it who are asked about an operation and what it is about, not about its input. */
export interface OperationAbout {
  /** https://spec.graphql.org/draft/#sec-Schema-Coordinates */
  readonly coordinate: string;
  /** What of the world it is about; undefined: the account. */
  readonly resource: string | undefined;
  /** Whether the input asks for what takes more. */
  readonly further: boolean;
  /** The question whose input asks for nothing that could be refused, but for the role that is to be given. */
  readonly atBest: Question;
  /** The roles of which one is given. */
  readonly gives: readonly string[];
}

const ON_MEMBER = /^(change|remove)(Dataset|Flow)Member/;
const ON_VIEW = /^(update|delete)DatasetView$|^DatasetView\./;
/** Operations with more in their input than their namesakes. */
const FURTHER =
  /^(Dataset\.someRows|exportSomeOfDataset|inviteIntoGroup|Query\.(accessMatrix|explainAccess))$/;
/** These are about somebody, but asked for in the account. */
const IN_ACCOUNT = /^(Query\.(offboardingPlan|previewRoleChange)$|OffboardingPlan\.)/;
/** These have a gate and no rule of their own, or stand behind a field whose rule is not told with theirs. */
const WITHOUT = /^Query\.node$|assignableRoles$|^revokeImpersonation$|^offboardWith/;

/** The part of a flow that it is about, or whatever else it is about. */
export function thingOf({ operation, on, target }: Omit<Question, 'who'>): string | undefined {
  return ON_MEMBER.test(operation) || ON_VIEW.test(operation) ? target : on;
}

export function aboutOf(world: World, question: Question): OperationAbout | undefined {
  const { who, operation, on, target, role } = question;
  const isRead = operation.includes('.');
  const isOnPart = ON_MEMBER.test(operation) || ON_VIEW.test(operation);
  // What is in a list has no coordinate.
  if (WITHOUT.test(operation) || (isRead && target !== undefined && !isOnPart)) return undefined;
  const isGiving = /^(add|change)(Dataset|Flow)Member/.test(operation);
  const roles = operation.includes('Dataset') ? DATASET_ROLES : FLOW_ROLES;
  return {
    coordinate: coordinateOf(world, question),
    resource: isOnPart ? target : IN_ACCOUNT.test(operation) ? undefined : on,
    further: FURTHER.test(operation),
    atBest: {
      who,
      operation,
      on: IN_ACCOUNT.test(operation) ? undefined : on,
      ...(isOnPart && { target }),
      ...(isGiving && { role }),
    },
    gives: isGiving ? roles : [],
  };
}

export function coordinateOf(world: World, { operation, on = '' }: Omit<Question, 'who'>): string {
  const [type = '', name = ''] = operation.split('.');
  if (name === '') return `Mutation.${NAMES[operation] ?? operation}`;
  const field = name === 'someRows' ? 'rows' : name;
  return `${type === 'Flow' ? typeOf(world, on) : type}.${field}`;
}

/** The same with any role that it can give. */
export function withAnyRole({ atBest, gives }: OperationAbout): readonly Question[] {
  return gives.length === 0 ? [atBest] : gives.map((role) => ({ ...atBest, role }));
}

/**
 * Some are met on objects that one can see, such as the group that is a member of a flow: what others may read of them
 * there cannot be asked by their id.
 */
export function canBeMet(world: World, question: Question, resource: string | undefined): boolean {
  const isOfMet = /^(User|Group|ServiceAccount|Role)\./.test(question.operation);
  return isOfMet && judge(world, doorOf(question, resource)) !== 'ALLOWED';
}

/** By what it is found out whether somebody sees something: a view is seen by whoever sees its dataset. */
export function doorOf({ who, on }: Question, resource: string | undefined): Question {
  if (resource === undefined) return { who, operation: 'Query.me' };
  return { who, operation: 'Query.node', on: resource.startsWith('v') ? on : resource };
}
