import {
  getOperationAST,
  getVariableValues,
  isAbstractType,
  Kind,
  type ExecutionArgs,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLError,
  type OperationDefinitionNode,
} from 'graphql';

import { foresee, type Foreknown } from '../authz/foresee.js';
import type { Permission } from '../authz/permissions.js';
import type { Rule } from '../authz/rule.js';
import type { Context } from '../context.js';
import { decodeId, flowKindOf } from '../domain/ids.js';
import { DomainError, forbidden, unauthenticated } from '../errors.js';
import { isOwnBehind } from './oneself.js';
import type { Operation } from './operations.js';
import { RuleAllows } from './rule-allows.js';
import { selectedBelow, selectedOn, type Selected, type Selecting } from './selection.js';

/** A field that would be refused: at every object that is found there. */
export interface Foreseen {
  readonly path: readonly string[];
  readonly coordinate: string;
}

export interface DryRun {
  readonly refused: readonly (Foreseen & { readonly error: Error })[];
  readonly undecided: readonly (Foreseen & { readonly rule: string })[];
  /** What is wrong with what the variables hold. */
  readonly errors: readonly GraphQLError[];
}

type Verdict = DryRun['refused'][number] | DryRun['undecided'][number];

/** Finds out what of an operation would be refused: by the rules of its root fields, and of those below as far as can be. */
export async function dryRun(
  args: ExecutionArgs,
  execute: (args: ExecutionArgs) => PromiseLike<ExecutionResult> | ExecutionResult,
): Promise<DryRun> {
  // Each root field ends with its rule.
  const { errors = [] } = await execute(args);
  const operation = getOperationAST(args.document, args.operationName);
  if (!operation || errors.some(({ path }) => !path)) return { refused: [], undecided: [], errors };
  const endOf = new Map(errors.map((error) => [error.path?.[0], error]));
  const selecting = selectingOf(args, operation);
  const verdicts = await Promise.all(
    rootsOf(selecting, operation).map((root) =>
      verdictsOn(args.contextValue as Context, selecting, root, endOf.get(root.path[0])),
    ),
  );
  return {
    refused: verdicts.flat().flatMap((each) => ('error' in each ? [each] : [])),
    undecided: verdicts.flat().flatMap((each) => ('rule' in each ? [each] : [])),
    errors: [],
  };
}

/** What is to be said of a root field that ended like this, and of the fields below. */
async function verdictsOn(
  context: Context,
  selecting: Selecting,
  root: Selected,
  end: GraphQLError | undefined,
): Promise<Verdict[]> {
  const { path, operation } = root;
  if (!end) return [];
  if (!(end.originalError instanceof RuleAllows)) {
    return [{ path, coordinate: operation.coordinate, error: end }];
  }
  const known = await knownOf(context, root);
  return below(context, selecting, root, behind(operation, known));
}

function selectingOf(
  { schema, document, variableValues }: ExecutionArgs,
  { variableDefinitions = [] }: OperationDefinitionNode,
): Selecting {
  const { coerced = {} } = getVariableValues(schema, variableDefinitions, variableValues ?? {});
  const fragments = document.definitions.filter(
    (each): each is FragmentDefinitionNode => each.kind === Kind.FRAGMENT_DEFINITION,
  );
  return {
    schema,
    fragments: new Map(fragments.map((each) => [each.name.value, each])),
    variables: coerced,
  };
}

function rootsOf(
  selecting: Selecting,
  { operation, selectionSet }: OperationDefinitionNode,
): Selected[] {
  const type = selecting.schema.getRootType(operation);
  return type ? selectedOn(selecting, type, selectionSet.selections) : [];
}

/** What is known of the objects to which a field leads. */
interface Known extends Pick<Foreknown, 'flow' | 'isOwn' | 'passed'> {
  /** Of which type they are, if the arguments name one. */
  readonly typename?: string | undefined;
}

/** What is reached is seen: anything else is left out, or null. */
const SEEN: ReadonlySet<Permission> = new Set(['dataset:read', 'flow:read'] as const);

/** What a root field finds because its arguments name it. What a mutation leaves behind is not there yet. */
async function knownOf({ access }: Context, { operation, args }: Selected): Promise<Known> {
  const { id } = args;
  if (!operation.coordinate.startsWith('Query.') || typeof id !== 'string') return { passed: SEEN };
  const named = decodeId(id);
  const flow = flowKindOf(named.typename) && (await access.flow(named.id));
  return { passed: SEEN, flow, typename: named.typename };
}

/** What is to be said of the fields below one that is allowed or undecided. */
function below(context: Context, selecting: Selecting, field: Selected, known: Known): Verdict[] {
  const isPossible = (typename: string) =>
    !isAbstractType(field.type) || !known.typename || known.typename === typename;
  return selectedBelow(selecting, field, isPossible).flatMap((each) => {
    const { operation, path } = each;
    const { coordinate, words } = operation;
    const { flow, passed }: Known = isOfFlow(operation) ? known : { passed: SEEN };
    const here = { flow, passed, isOwn: known.isOwn };
    const decision = decisionOn(context, each, { ...here, isMet: field.operation.meets });
    if (decision instanceof DomainError) return [{ path, coordinate, error: decision }];
    return [
      ...(decision === undefined ? [{ path, coordinate, rule: words }] : []),
      ...below(context, selecting, each, behind(operation, here)),
    ];
  });
}

/** Whether it is something of the flow behind which it was found, if it was behind one. */
function isOfFlow({ typeRule }: Operation): boolean {
  return typeRule === undefined || typeRule.is === 'PUBLIC' || typeRule.is === 'SHARED';
}

/** What is known of what a field leads to: whoever gets there passed its rule. */
function behind({ coordinate, rule }: Operation, known: Known): Known {
  const passed = rulesIn(rule).flatMap((each) => (each.is === 'SHARED' ? [each.permission] : []));
  return {
    ...known,
    passed: new Set([...known.passed, ...passed]),
    isOwn: isOwnBehind(coordinate, known.isOwn),
  };
}

function rulesIn(rule: Rule): readonly Rule[] {
  return rule.is === 'ALL' ? rule.of.flatMap(rulesIn) : [rule];
}

/** The refusal, if it is sure; null: allowed, undefined: that shows when it is found. */
function decisionOn(
  { principal, unauthenticated: reason }: Context,
  { operation, args }: Selected,
  known: Omit<Foreknown, 'asksForMore'>,
): DomainError | null | undefined {
  const { rule, asksForMore } = operation;
  if (rule.is === 'PUBLIC') return null;
  if (!principal) return unauthenticated(reason);
  const decision = foresee(principal, rule, { ...known, asksForMore: asksForMore(args) });
  if (!decision) return undefined;
  return decision.allowed ? null : forbidden(decision.denial);
}
