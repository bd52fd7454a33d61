import { Kind, parse, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';

/** What an answer shows, by the field that shows it. */
export function shownIn(document: string, data: unknown): Map<string, string> {
  const { definitions } = parse(document);
  const fragments = new Map(
    definitions.flatMap((each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each] as const] : [],
    ),
  );
  const shown = new Map<string, string>();
  for (const each of definitions) {
    if (each.kind === Kind.OPERATION_DEFINITION) look(each.selectionSet, data, fragments, shown);
  }
  return shown;
}

function look(
  { selections }: SelectionSetNode,
  value: unknown,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  shown: Map<string, string>,
): void {
  if (Array.isArray(value)) {
    for (const each of value)
      look({ kind: Kind.SELECTION_SET, selections }, each, fragments, shown);
  } else if (typeof value === 'object' && value !== null) {
    const object = value as Readonly<Record<string, unknown>>;
    const typename = typeof object['__typename'] === 'string' ? object['__typename'] : 'Query';
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const { name, alias = name, selectionSet } = selection;
        const below = object[alias.value];
        const coordinate = `${typename}.${name.value}`;
        shown.set(coordinate, `${shown.get(coordinate) ?? ''}${JSON.stringify(below)}\n`);
        if (selectionSet) look(selectionSet, below, fragments, shown);
        continue;
      }
      const fragment =
        selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (fragment?.typeCondition?.name.value === typename)
        look(fragment.selectionSet, value, fragments, shown);
    }
  }
}
