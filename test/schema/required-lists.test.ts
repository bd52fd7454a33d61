import {
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';
import { expect, test } from 'vitest';

import { buildSchema } from '../../src/schema/index.js';
import { testDatabase } from '../support/database.js';
import { createFlows } from '../support/flow-world.js';
import { keyOf } from '../support/keys.js';
import { RequiredPermissions } from '../support/operations.js';
import { globalId, workspace } from '../support/world.js';

const schema = buildSchema();

type Field = GraphQLField<unknown, unknown>;

const fieldsOf = (type: GraphQLObjectType | null | undefined): Field[] =>
  Object.values(type?.getFields() ?? {});

const isConnection = (type: GraphQLOutputType) => getNamedType(type).name.endsWith('Connection');
const isList = (type: GraphQLOutputType) => isListType(getNullableType(type)) || isConnection(type);

/** What a field leads to, through its pages. */
function nodeOf(type: GraphQLOutputType | undefined): GraphQLObjectType | undefined {
  const named = type && getNamedType(type);
  if (!isObjectType(named)) return undefined;
  if (!isConnection(named)) return named;
  const edge = getNamedType(named.getFields()['edges']?.type as GraphQLOutputType);
  return nodeOf((edge as GraphQLObjectType).getFields()['node']?.type);
}

function selecting(type: GraphQLOutputType, inner: string): string {
  if (isLeafType(getNamedType(type))) return '';
  return isConnection(type) ? `{ edges { node { ${inner} } } }` : `{ ${inner} }`;
}

/** Each root field that takes an id at most, alone and with each list of what it leads to. */
function documents(ids: Readonly<Record<string, string>>): string[] {
  return fieldsOf(schema.getQueryType()).flatMap((root) => {
    const args = root.args.filter(({ type }) => isNonNullType(type));
    const id = ids[root.name];
    if (args.some(({ name }) => name !== 'id') || (args.length > 0 && !id)) return [];
    const call = args.length > 0 ? `${root.name}(id: "${id}")` : root.name;
    const whole = (inner: string) => `{ ${call} ${selecting(root.type, inner)} }`;
    const lists = fieldsOf(nodeOf(root.type)).filter(
      ({ type, args: its }) => isList(type) && !its.some((each) => isNonNullType(each.type)),
    );
    return [
      whole('__typename'),
      ...lists.map(({ name, type }) => whole(`${name} ${selecting(type, '__typename')}`)),
    ];
  });
}

/** Whether there is nothing in it of which less could be shown. */
const isEmpty = (text: string) => /(\[\]|null)\W*$/.test(text);

test('no list is shorter for want of a permission of a key: the key is told what it lacks', async () => {
  const here = await workspace();
  const [holder, person] = await here.people([{ role: 'SUPER_ADMIN' }, { role: 'VIEWER' }]);
  const groupId = await here.group([holder, person]);
  const role = 'ADMIN' as const;
  const dataset = await here.dataset({ members: [{ user: holder, role }] });
  await createFlows(here, [{ members: [{ user: holder, role: 'OWNER' }] }]);
  const { client } = await testDatabase();
  const builtIn = await client.role.findFirstOrThrow({ where: { accountId: here.accountId } });
  const texts = documents({
    dataset: dataset.id,
    user: globalId('User', person.id),
    group: globalId('Group', groupId),
    role: globalId('Role', builtIn.id),
    serviceAccount: globalId('ServiceAccount', await here.serviceAccount()),
  });
  // A key without any permission at all is one without restriction, so one is left that nothing takes.
  const run = async (document: string, permissions: readonly string[]) => {
    const { user } = await keyOf(
      here,
      { userId: holder.id },
      { slot: 10, name: 'Narrow', permissions: [...permissions, 'billing:manage'] },
    );
    const result = await user.run(document, {});
    await client.accessKey.deleteMany({ where: { accountId: here.accountId, name: 'Narrow' } });
    return result;
  };
  const quiet: string[] = [];
  let asked = 0;
  for (const document of texts) {
    const { data } = await person.run(RequiredPermissions, { document });
    const { permissions = [], takesSignIn = true } = data?.requiredPermissions ?? {};
    if (takesSignIn) continue;
    const all = await run(document, permissions);
    expect(all.errors ?? [], document).toEqual([]);
    if (isEmpty(JSON.stringify(all.data))) continue;
    for (const missing of permissions) {
      asked += 1;
      const rest = permissions.filter((each) => each !== missing);
      const { errors } = await run(document, rest);
      if (!errors) quiet.push(`${document} without ${missing}`);
    }
  }
  console.log(`${asked - quiet.length} of ${asked}`);
  expect(quiet).toEqual([]);
  expect(asked).toBeGreaterThan(25);
});
