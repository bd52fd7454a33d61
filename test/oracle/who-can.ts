import { aboutOf, canBeMet, withAnyRole } from './about.js';
import type { Loaded } from './load.js';
import { askAll, verdictOf, type Reader, type Said } from './reader.js';
import { isInWorld, type Question } from './world.js';

/** Everybody who may do something, told to somebody who governs the account. */
export const whoCan: Reader = {
  name: 'whoCan',
  share: { reads: 1, writes: 3 },
  tellsOfAll: true,
  asks(loaded, question) {
    const about = aboutOf(loaded.world, question);
    if (!about || about.further || !isListed(loaded, question.who)) return undefined;
    const { resource } = about;
    if (resource !== undefined && !isInWorld(loaded.world, resource)) return undefined;
    return canBeMet(loaded.world, question, resource) ? undefined : withAnyRole(about);
  },
  async read(gateway, loaded, questions) {
    const fields = new Map(questions.map((each) => [each, fieldOf(loaded, each)]));
    const answers = await askAll(gateway, [...new Set(fields.values())], {
      sender: () => loaded.governor,
      atOnce: AT_ONCE,
      field: (text) => text,
    });
    return questions.map((question) => {
      const { value, errors = [] } = answers.get(fields.get(question) ?? '') ?? {};
      return errors.length > 0
        ? verdictOf(errors)
        : inList(loaded, question.who, value as AccessHolders);
    });
  },
};

const AT_ONCE = 8;

/** It tells of people who are signed in, and of programs with a key that is not restricted. */
function isListed({ world }: Loaded, { by }: Question['who']): boolean {
  const { state, only = [] } = {
    only: [],
    ...[...world.sessions, ...world.keys].find(({ id }) => id === by),
  } as { state?: string; only?: readonly string[] };
  const holder = [...world.sessions, ...world.keys].find(({ id }) => id === by)?.holder ?? '';
  return state === 'GOOD' && only.length === 0 && (by.startsWith('z') || holder.startsWith('s'));
}

function fieldOf(loaded: Loaded, question: Question): string {
  const { coordinate = '', resource } = aboutOf(loaded.world, question) ?? {};
  const on = resource === undefined ? '' : `, resourceId: ${JSON.stringify(loaded.id(resource))}`;
  return `whoCan(first: 12, operation: ${JSON.stringify(coordinate)}${on}) { totalCount edges { node { user { id } } } serviceAccounts { serviceAccount { id } actingAs { id } } }`;
}

interface Named {
  readonly id: string;
}
interface AccessHolders {
  readonly totalCount: number;
  readonly edges: readonly { readonly node: { readonly user: Named } }[];
  readonly serviceAccounts: readonly {
    readonly serviceAccount: Named;
    readonly actingAs: Named | null;
  }[];
}

function inList(
  loaded: Loaded,
  { by, as }: Question['who'],
  { totalCount, edges, serviceAccounts }: AccessHolders,
): Said | undefined {
  if (totalCount !== edges.length) return `counts ${totalCount} and lists ${edges.length}`;
  const { sessions, keys } = loaded.world;
  const holder = loaded.id([...sessions, ...keys].find(({ id }) => id === by)?.holder ?? '');
  const isIn = by.startsWith('z')
    ? edges.some(({ node }) => node.user.id === holder)
    : serviceAccounts.some((each) => each.serviceAccount.id === holder && !each.actingAs);
  if (as === undefined) return isIn ? 'ALLOWED' : 'REFUSED';
  const acting = serviceAccounts.filter((each) => each.serviceAccount.id === holder);
  const person = acting.find(({ actingAs }) => actingAs)?.actingAs?.id;
  // Of those as whom a program could do it one is named.
  if (person === undefined) return 'REFUSED';
  return person === loaded.id(as) ? 'ALLOWED' : undefined;
}
