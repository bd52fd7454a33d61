import type { Tx } from '../db/scoped.js';
import { DomainError, notFound } from '../errors.js';
import type { Change } from './change.js';
import type { Field } from './field-values.js';
import { fieldNamed, type RowFilter } from './row-filter.js';
import { rowQuery, type RowOrder, type RowSelection } from './row-query.js';

const MOST_VIEWS = 100;

/** Which rows a view shows, in which order, with which fields (null: all). Fields by their key. */
export interface ViewConfiguration {
  readonly filter: RowFilter | null;
  readonly orderBy: readonly RowOrder[];
  readonly fields: readonly string[] | null;
}

/** Kept by the fields' ids, so that it survives every change of their names. */
type Definition = Partial<ViewConfiguration>;

interface ViewInput extends Partial<ViewConfiguration> {
  readonly name?: string | null | undefined;
}

/** Saves a view. Throws INVALID_INPUT for what the fields cannot be asked, and LIMIT_REACHED. */
export async function createDatasetView(
  { tx, principal, record }: Change,
  flowId: string,
  fields: readonly Field[],
  input: ViewInput & { readonly name: string },
): Promise<string> {
  if ((await tx.datasetView.count({ where: { flowId } })) >= MOST_VIEWS) {
    throw new DomainError('LIMIT_REACHED', `A dataset has at most ${MOST_VIEWS} views.`, {
      limit: MOST_VIEWS,
    });
  }
  const { accountId, subject } = principal;
  const definition = define(flowId, fields, input, {});
  const { id } = await tx.datasetView.create({
    data: { accountId, flowId, name: input.name, definition, createdById: subject.id },
    select: { id: true },
  });
  await record({ after: { view: input.name, viewId: id } });
  return id;
}

/** Changes what is given of a view, and keeps the rest. Throws like `createDatasetView`, and NOT_FOUND. */
export async function updateDatasetView(
  { tx, record }: Change,
  flowId: string,
  fields: readonly Field[],
  viewId: string,
  input: ViewInput,
): Promise<void> {
  const view = await getView(tx, flowId, viewId);
  const kept = configurationOf(fields, view.definition);
  const definition = define(flowId, fields, input, kept);
  const name = input.name ?? view.name;
  await tx.datasetView.update({ where: { id: viewId }, data: { name, definition } });
  const told = (title: string, value: unknown) => ({
    view: title,
    viewId,
    configuration: JSON.stringify(value),
  });
  await record({
    before: told(view.name, kept),
    after: told(name, configurationOf(fields, definition)),
  });
}

export async function deleteDatasetView(
  { tx, record }: Change,
  flowId: string,
  viewId: string,
): Promise<void> {
  const { name } = await getView(tx, flowId, viewId);
  await tx.datasetView.delete({ where: { id: viewId } });
  await record({ before: { view: name, viewId } });
}

/** A view of this dataset. Throws NOT_FOUND. */
export async function getView(tx: Pick<Tx, 'datasetView'>, flowId: string, viewId: string) {
  const view = await tx.datasetView.findFirst({
    where: { id: viewId, flowId },
    select: { name: true, createdById: true, definition: true },
  });
  if (!view) throw notFound();
  return view;
}

/** A kept definition as the API says it, without fields that are gone. */
export function configurationOf(fields: readonly Field[], definition: unknown): ViewConfiguration {
  const { filter = null, orderBy = [], fields: shown = null } = definition as Definition;
  const keys = new Map(fields.map(({ id, key }) => [id, key]));
  return {
    filter: filter && renamed(filter, (id) => keys.get(id)),
    orderBy: orderBy.flatMap(({ field, direction }) => {
      const key = keys.get(field);
      return key === undefined ? [] : [{ field: key, direction }];
    }),
    fields: shown && shown.flatMap((id) => keys.get(id) ?? []),
  };
}

/** What a view selects, to be combined with what else is asked. */
export function selectionOf({ filter, orderBy }: ViewConfiguration): RowSelection {
  return { filter, orderBy };
}

/** The fields that a view shows, in its order. */
export function shownBy(
  { fields: keys }: ViewConfiguration,
  fields: readonly Field[],
): readonly Field[] {
  return keys?.flatMap((key) => fields.find((field) => field.key === key) ?? []) ?? fields;
}

function define(
  flowId: string,
  fields: readonly Field[],
  input: ViewInput,
  kept: Definition,
): object {
  const { filter = null, orderBy = [], fields: shown = null } = { ...kept, ...given(input) };
  rowQuery(flowId, fields, [{ filter, orderBy }]);
  return definitionOf(fields, { filter, orderBy, fields: shown });
}

/** A configuration as it is kept. Throws INVALID_INPUT for fields that are not there. */
export function definitionOf(
  fields: readonly Field[],
  { filter, orderBy, fields: shown }: ViewConfiguration,
): object {
  const idOfKey = (key: string, at: string) => fieldNamed(fields, key, ['input', at]).id;
  return {
    filter: filter && renamed(filter, (key) => idOfKey(key, 'filter')),
    orderBy: orderBy.map(({ field, direction }) => ({
      field: idOfKey(field, 'orderBy'),
      direction,
    })),
    fields: shown && shown.map((key) => idOfKey(key, 'fields')),
  };
}

function given({ filter, orderBy, fields }: ViewInput): Definition {
  return {
    ...(filter !== undefined && { filter }),
    ...(orderBy !== undefined && { orderBy }),
    ...(fields !== undefined && { fields }),
  };
}

/**
 * The filter with its fields called otherwise. What is asked of a field without a name is left out, and with it whatever
 * asks nothing else: an empty condition would be true, and so would each `or` and no `not` around it.
 */
function renamed(
  filter: RowFilter,
  nameOf: (field: string) => string | undefined,
): RowFilter | null {
  const { and, or, not, field, ...operators } = filter;
  const name = field == null ? undefined : nameOf(field);
  const list = (filters: readonly RowFilter[]) => {
    const kept = filters.flatMap((each) => renamed(each, nameOf) ?? []);
    return kept.length > 0 || filters.length === 0 ? kept : undefined;
  };
  const [all, any] = [and && list(and), or && list(or)];
  const none = not && renamed(not, nameOf);
  const kept = {
    ...(all && { and: all }),
    ...(any && { or: any }),
    ...(none && { not: none }),
    ...(name !== undefined && { field: name, ...operators }),
  };
  const asked = and ?? or ?? not ?? field;
  return Object.keys(kept).length === 0 && asked != null ? null : kept;
}

/** Takes a field that is to go, or to become another type, out of the views. */
export async function dropFromViews(tx: Tx, flowId: string, fieldId: string): Promise<void> {
  const views = await tx.datasetView.findMany({
    where: { flowId },
    select: { id: true, definition: true },
  });
  for (const { id, definition } of views) {
    const kept = definition as Definition;
    const without = {
      filter: kept.filter
        ? renamed(kept.filter, (each) => (each === fieldId ? undefined : each))
        : null,
      orderBy: (kept.orderBy ?? []).filter(({ field }) => field !== fieldId),
      fields: kept.fields?.filter((each) => each !== fieldId) ?? null,
    };
    if (JSON.stringify(without) === JSON.stringify({ ...EMPTY, ...kept })) continue;
    await tx.datasetView.update({ where: { id }, data: { definition: without as object } });
  }
}

const EMPTY = { filter: null, orderBy: [], fields: null };
