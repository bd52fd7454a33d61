import { getNamedType, isObjectType } from 'graphql';

import { schemaOnce } from '../../src/schema/index.js';
import { aboutOf, doorOf, thingOf, withAnyRole, type OperationAbout } from './about.js';
import { typeOf, type Loaded } from './load.js';
import { judge } from './oracle.js';
import { askAll, grouped, verdictOf, type Errors, type Reader, type Said } from './reader.js';
import type { Question } from './world.js';

/** What is seen of everything: whether one may do what can be done with it. */
export const viewerCan: Reader = {
  name: 'viewerCan',
  share: { reads: 2, writes: 4 },
  along: (question) => thingOf(question) ?? '',
  asks(loaded, question) {
    const about = aboutOf(loaded.world, question);
    if (!about || !capabilityOf(loaded, about)) return undefined;
    // What they do not see tells them nothing.
    if (judge(loaded.world, doorOf(question, about.resource)) !== 'ALLOWED') return undefined;
    return question.role === undefined ? withAnyRole(about) : [about.atBest];
  },
  async read(gateway, loaded, questions) {
    const objects = grouped(questions, (each) => JSON.stringify([each.who, thingOf(each)]));
    const answers = await askAll(gateway, [...objects.values()], {
      sender: ([first]) => loaded.headersOf(first?.who ?? { by: '' }),
      field: (same) => fieldOf(loaded, same),
      atOnce: 10,
    });
    const said = new Map(
      [...answers].flatMap(([same, { value, errors }]) =>
        same.map(
          (question, at) => [question, saidOf(loaded, question, at, value, errors)] as const,
        ),
      ),
    );
    return questions.map((question) => said.get(question));
  },
};

type Can = Readonly<Record<string, { readonly allowed: boolean }>>;
/** An object, or a dataset with the view that it is about among others. */
interface Seen {
  readonly can?: Can;
  readonly views?: readonly { readonly id: string; readonly can?: Can }[];
}

function saidOf(
  loaded: Loaded,
  question: Question,
  at: number,
  value: unknown,
  errors: Errors,
): Said {
  if (errors.length > 0) return verdictOf(errors);
  const seen = (value ?? {}) as Seen;
  const id = loaded.id(thingOf(question) ?? '');
  const { can } = seen.views?.find((each) => each.id === id) ?? seen;
  const found = can?.[`c${at}`];
  return found ? (found.allowed ? 'ALLOWED' : 'REFUSED') : 'NOT_FOUND';
}

function capabilityOf(loaded: Loaded, { coordinate, resource }: OperationAbout) {
  if (resource === undefined) return undefined;
  const type = schemaOnce().getType(typeOf(loaded.world, resource));
  const field = isObjectType(type) ? type.getFields()['viewerCan'] : undefined;
  const capabilities = field && getNamedType(field.type);
  if (!isObjectType(capabilities)) return undefined;
  const [of, name = ''] = coordinate.split('.');
  if (of !== 'Mutation' && of !== typeOf(loaded.world, resource)) return undefined;
  return capabilities.getFields()[name];
}

function fieldOf(loaded: Loaded, same: readonly Question[]): string {
  const [first] = same;
  const thing = (first && thingOf(first)) ?? '';
  const can = `can: viewerCan { ${same.map((each, at) => `c${at}: ${capability(loaded, each)}`).join(' ')} }`;
  if (thing.startsWith('v')) {
    return `dataset(id: ${JSON.stringify(loaded.id(first?.on ?? ''))}) { views { id ${can} } }`;
  }
  return `node(id: ${JSON.stringify(loaded.id(thing))}) { ... on ${typeOf(loaded.world, thing)} { ${can} } }`;
}

function capability(loaded: Loaded, question: Question): string {
  const { further = false, coordinate = '', gives = [] } = aboutOf(loaded.world, question) ?? {};
  const role = gives.length > 0 && question.role;
  const args = [...(role ? [`role: ${role}`] : []), ...(further ? ['further: true'] : [])];
  return `${coordinate.split('.')[1]}${args.length > 0 ? `(${args.join(', ')})` : ''} { allowed }`;
}
