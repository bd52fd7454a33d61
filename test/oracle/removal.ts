import SchemaBuilder, {
  BasePlugin,
  type PothosOutputFieldConfig,
  type PothosTypeConfig,
  type SchemaTypes,
} from '@pothos/core';

import { permissionsIn, PUBLIC, type Rule } from '../../src/authz/rule.js';
import { builder } from '../../src/schema/builder.js';
import '../../src/schema/index.js';

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      removal: RemovalPlugin<Types>;
    }
  }
}

/** As `Mutation.inviteUser: with groups: group:write`. */
export function nameOf({ at, part }: Removal): string {
  return `${at}: ${part}`;
}

/** What a guard answers to a request: the scopes that it takes, of which all have to allow; true takes none. */
export type Scopes = Readonly<Record<string, unknown>>;

/** A guard of the schema, of a field or of a type, or a part of one, and what is left without it. */
export interface Removal {
  /** The coordinate of a field, or the name of a type. */
  readonly at: string;
  readonly part: string;
  /** The permissions that go with it. */
  readonly permissions: readonly string[];
  readonly left: (scopes: Scopes) => Scopes | true;
}

let removed: Removal | undefined;

/** Does something while a guard is away. */
export async function without<T>(removal: Removal, run: () => Promise<T>): Promise<T> {
  removed = removal;
  try {
    return await run();
  } finally {
    removed = undefined;
  }
}

type Guard = Scopes | ((...args: unknown[]) => Scopes | Promise<Scopes>);

interface Guarded {
  readonly pothosOptions: { readonly authScopes?: unknown };
}

/** Each guard of the gateway can be taken away while it runs. */
class RemovalPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onTypeConfig(config: PothosTypeConfig): PothosTypeConfig {
    return config.graphqlKind === 'Object' ? removable(config, config.name) : config;
  }

  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>) {
    return removable(config, `${config.parentType}.${config.name}`);
  }
}

function removable<Config extends Guarded>(config: Config, at: string): Config {
  const guard = config.pothosOptions.authScopes as Guard | undefined;
  if (guard === undefined || 'public' in guard) return config;
  const authScopes = (...args: unknown[]) => {
    const { left = (each: Scopes) => each, part } = removed?.at === at ? removed : {};
    if (part === WHOLE) return true;
    const scopes = typeof guard === 'function' ? guard(...args) : guard;
    return scopes instanceof Promise ? scopes.then(left) : left(scopes);
  };
  // The rule has been printed already.
  const printed = Object.assign(authScopes, { words: at, rule: PUBLIC });
  return { ...config, pothosOptions: { ...config.pothosOptions, authScopes: printed } };
}

SchemaBuilder.registerPlugin('removal', RemovalPlugin);
// What comes first is the last to see a field: nobody else sees what it leaves.
builder.options.plugins?.unshift('removal');

const WHOLE = 'all of it';

/** The whole of a guard, and each of the conditions that it joins. */
export function removalsOf(at: string, rule: Rule): Removal[] {
  const parts = partsOf(rule);
  const whole = { part: WHOLE, permissions: parts.flatMap((each) => each.permissions) };
  return [
    { at, ...whole, left: () => true },
    ...(parts.length > 1 ? parts : []).map((part) => ({ at, ...part })),
  ];
}

export const CARRIED = 'what a key needs';

function partsOf(rule: Rule): Omit<Removal, 'at'>[] {
  switch (rule.is) {
    case 'ALL':
      return rule.of.flatMap(partsOf);
    case 'ALSO':
      return partsOf(rule.rule).map((each) => ({ ...each, part: `${rule.when}: ${each.part}` }));
    case 'SHARED':
      return [ofPermissions(rule.permission, [rule.permission])];
    case 'GIVING':
      return [ofPermissions('the role to be given', Object.values(rule.makes))];
    case 'ACCOUNT':
      return [
        ofPermissions(rule.permission, [rule.permission]),
        ...(rule.limit ? [{ part: 'nobody above', permissions: [], left: withoutLimit }] : []),
      ];
    case 'CARRIED':
      return [
        {
          part: CARRIED,
          permissions: [rule.permission],
          left: ({ carrying: _gone, ...rest }) => rest,
        },
      ];
    case 'SIGNED_IN':
    case 'AUTHENTICATED': {
      const name = rule.is === 'SIGNED_IN' ? 'signedIn' : 'authenticated';
      return [
        {
          part: name,
          permissions: [],
          left: ({ [name]: _gone, ownOrUpTo, ...rest }) => ({
            ...rest,
            ...(ownOrUpTo !== undefined && { upTo: ownOrUpTo }),
          }),
        },
      ];
    }
    case 'ANY':
      return [
        {
          part: 'one or another',
          permissions: permissionsIn(rule),
          left: ({ $any: _gone, ownOrUpTo, ...rest }) => ({
            ...rest,
            ...(ownOrUpTo !== undefined && { signedIn: true }),
          }),
        },
      ];
    default:
      return [
        {
          part: rule.is,
          permissions: permissionsIn(rule),
          left: ({ handOver: _gone, ...rest }) => rest,
        },
      ];
  }
}

function ofPermissions(name: string, permissions: readonly string[]): Omit<Removal, 'at'> {
  const isLeft = (each: unknown) => !permissions.includes(String(each));
  return {
    part: name,
    permissions,
    left: (scopes) =>
      Object.fromEntries(
        Object.entries(scopes).flatMap(([scope, parameter]) => {
          if (scope === 'account') return isLeft(parameter) ? [[scope, parameter]] : [];
          if (scope === '$all' || scope === '$any')
            return Object.values(parameter as object).every(isLeft) ? [[scope, parameter]] : [];
          if (scope === 'upTo' && !isLeft((parameter as { permission: unknown }).permission)) {
            return [[scope, { ...(parameter as object), permission: EVERYBODYS }]];
          }
          const { permissions: list } = parameter as { permissions?: readonly string[] };
          return [
            [
              scope,
              list ? { ...(parameter as object), permissions: list.filter(isLeft) } : parameter,
            ],
          ];
        }),
      ),
  };
}

/** Whoever may do anything in the account has this. */
const EVERYBODYS = 'account:read';

/** Nobody is found who could be above. */
function withoutLimit(scopes: Scopes): Scopes {
  return Object.fromEntries(
    Object.entries(scopes).map(([scope, parameter]) =>
      scope === 'upTo' || scope === 'ownOrUpTo'
        ? [scope, { ...(parameter as object), find: async () => ({}) }]
        : [scope, parameter],
    ),
  );
}
