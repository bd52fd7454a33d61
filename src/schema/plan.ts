import {
  isAbstractType,
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

import type { Permission } from '../authz/permissions.js';
import { merged, requirementOf, type Requirement, type Told } from '../authz/requirement.js';
import { MEMBER_ROLES, type MemberRole } from '../authz/role-table.js';
import { needs, type About } from '../authz/rule.js';
import { decodeId, flowKindOf } from '../domain/ids.js';
import { isOwnBehind } from './oneself.js';
import type { Operation } from './operations.js';
import { selectedBelow, selectedOn, type Selected, type Selecting } from './selection.js';
import { variablesOf, type Variables } from './unknown-variables.js';

/** What a field of a document takes. */
export interface PlannedField {
  readonly path: readonly string[];
  readonly coordinate: string;
  readonly rule: string;
  readonly requirement: Requirement;
  /** The same for whoever acts as somebody: nothing is their own. */
  readonly acting: Requirement;
}

/** What an operation of a document takes, field by field. Nothing is looked for: only what the text says counts. */
export function planOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables?: Variables,
): PlannedField[] {
  const fragments = document.definitions.filter(
    (each): each is FragmentDefinitionNode => each.kind === Kind.FRAGMENT_DEFINITION,
  );
  const selecting: Selecting = {
    schema,
    fragments: new Map(fragments.map((each) => [each.name.value, each])),
    ...variablesOf(schema, operation, variables),
  };
  const type = schema.getRootType(operation.operation);
  const roots = type ? selectedOn(selecting, type, operation.selectionSet.selections) : [];
  return roots.flatMap((root) => planned(selecting, root, ANYBODY));
}

/** What is known of the object that has a field. */
interface Known {
  readonly isOwn: boolean;
  readonly isMet: boolean;
  readonly about: About | undefined;
}

const ANYBODY: Known = { isOwn: false, isMet: false, about: undefined };

function planned(selecting: Selecting, field: Selected, known: Known): PlannedField[] {
  const { operation, args, path } = field;
  const { coordinate, rule, words, reads, meets } = operation;
  const told: Told = {
    ...known,
    about: known.about ? new Set([known.about]) : aboutIn(args),
    role: roleIn(args),
    asksForMore: operation.asksForMore(args),
  };
  const extra = [...(reads ? [reads] : []), ...toName(args)].map((permission) =>
    requirementOf(needs(permission), told),
  );
  const requirement = merged([requirementOf(rule, told), ...extra]);
  const acting = merged([requirementOf(rule, { ...told, isOwn: false }), ...extra]);
  const next: Known = {
    isOwn: isOwnBehind(coordinate, known.isOwn) ?? false,
    isMet: meets,
    about: keyHolder(operation) ?? known.about,
  };
  return [
    { path, coordinate, rule: words, requirement, acting },
    ...selectedBelow(selecting, field, (typename) =>
      isPossible(selecting, field, typename),
    ).flatMap((each) => planned(selecting, each, next)),
  ];
}

/** What it takes to see those groups that the arguments name: nobody else names them. */
function toName({ input }: Variables): Permission[] {
  const { groupId, groupIds } = (input ?? {}) as { groupId?: unknown; groupIds?: unknown };
  const isNamed = groupId != null || (Array.isArray(groupIds) && groupIds.length > 0);
  return isNamed ? ['directory:read'] : [];
}

/** Of what type the object behind a field can be. */
function isPossible({ fragments }: Selecting, field: Selected, typename: string): boolean {
  const { coordinate } = field.operation;
  if (!isAbstractType(field.type)) return true;
  const { id } = field.args;
  const named = typeof id === 'string' ? decodeId(id).typename : '';
  if (named !== '') return named === typename;
  // Whoever asks for any node says of which types they want to know more.
  if (coordinate === 'Query.node') return conditionsIn(field, fragments).has(typename);
  // Only `flow` finds datasets, too: whatever else leads to flows leads to those of the other kinds.
  return typename !== 'Dataset' || coordinate === 'Query.flow';
}

function conditionsIn({ nodes }: Selected, fragments: Selecting['fragments']): Set<string> {
  const selections = nodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  const names = selections.map((each) => {
    if (each.kind === Kind.INLINE_FRAGMENT) return each.typeCondition?.name.value;
    return each.kind === Kind.FRAGMENT_SPREAD
      ? fragments.get(each.name.value)?.typeCondition.name.value
      : undefined;
  });
  return new Set(names.filter((name) => name !== undefined));
}

/** Whose keys a field leads to. */
function keyHolder({ coordinate }: Operation): About | undefined {
  if (/\.\w*apiKeys?$|ApiKey\w*Payload\.|^Mutation\.\w+ApiKey$/i.test(coordinate)) return 'person';
  return /\.accessKeys$|AccessKeyPayload\./.test(coordinate) ? 'serviceAccount' : undefined;
}

/** What the ids among the arguments name; undefined: one of them can't be known. */
function aboutIn(args: Variables): ReadonlySet<About> | undefined {
  const names = idsIn(args).map((id) => decodeId(id).typename);
  const nouns = names.map((name): About | undefined => {
    if (name === 'Dataset') return 'dataset';
    return flowKindOf(name) ? 'flow' : undefined;
  });
  if (nouns.includes(undefined)) return undefined;
  return new Set(nouns.length > 0 ? nouns.filter((noun) => noun !== undefined) : ['account']);
}

/** What names a flow wherever it stands in the arguments. */
function idsIn(value: unknown, key = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => idsIn(each, key));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, each]) => idsIn(each, name));
  }
  return typeof value === 'string' && /^(id|flowId|grantId)$/.test(key) ? [value] : [];
}

function roleIn({ input }: Variables): MemberRole | undefined {
  const { role } = (input ?? {}) as { readonly role?: unknown };
  return MEMBER_ROLES.find((each) => each === role);
}
