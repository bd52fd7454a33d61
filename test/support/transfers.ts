import type { Actor, Result } from './actor.js';
import { testDatabase } from './database.js';
import type {
  AddDatasetFieldInput,
  ExportDatasetInput,
  RunDatasetImportInput,
} from './generated/graphql.js';
import {
  AddDatasetField,
  ExportDataset,
  GetImport,
  ListRows,
  RunDatasetImport,
  StartDatasetImport,
} from './operations.js';
import type { Shared } from './world.js';

type FieldInput = Omit<AddDatasetFieldInput, 'datasetId'>;
type RunInput = Omit<RunDatasetImportInput, 'datasetId' | 'importId'>;
export type ExportInput = Omit<ExportDatasetInput, 'datasetId'>;

/** What a transfer answers when it refuses. */
export interface Refusal {
  readonly status: number;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** The row's id behind an id of the API. */
export function rowId(id: string): string {
  return Buffer.from(id, 'base64url').toString().split(':')[1] ?? '';
}

/** Gives a dataset these fields, one after the other. */
export async function addFields(
  admin: Actor,
  dataset: Shared,
  fields: readonly FieldInput[],
): Promise<void> {
  for (const field of fields) {
    const result = await admin.run(AddDatasetField, { input: { datasetId: dataset.id, ...field } });
    if (result.errors) throw new Error(result.text);
  }
}

/** Starts an import, and gives its id and where the file goes. */
export async function start(actor: Actor, dataset: Shared, fileName = 'suppliers.csv') {
  const result = await actor.run(StartDatasetImport, {
    input: { datasetId: dataset.id, fileName },
  });
  const started = result.data?.startDatasetImport?.import;
  if (!started) throw new Error(result.text);
  return { id: started.id, url: started.uploadUrl };
}

export type Body = string | Uint8Array<ArrayBuffer>;

export function put(actor: Actor, url: string, body: Body): Promise<Response> {
  return actor.fetch(url, { method: 'PUT', body });
}

/** The one error in the answer of a transfer. */
export async function refusalOf(response: Response): Promise<Refusal> {
  const body = (await response.json()) as {
    errors?: { message: string; extensions: Record<string, unknown> }[];
  };
  const [error, ...others] = body.errors ?? [];
  if (others.length > 0) throw new Error('More than one error.');
  return {
    status: response.status,
    code: error?.extensions['code'] as string | undefined,
    message: error?.message,
    extensions: error?.extensions ?? {},
  };
}

/** An import whose file has come in. */
export async function received(actor: Actor, dataset: Shared, file: Body, fileName?: string) {
  const started = await start(actor, dataset, fileName);
  const response = await put(actor, started.url, file);
  if (!response.ok) throw new Error(await response.text());
  return started;
}

export function run(actor: Actor, dataset: Shared, { id }: { id: string }, input: RunInput = {}) {
  return actor.run(RunDatasetImport, {
    input: { datasetId: dataset.id, importId: id, ...input },
  });
}

/** Imports a file from its start to its end. */
export async function importFile(actor: Actor, dataset: Shared, file: Body, input?: RunInput) {
  return run(actor, dataset, await received(actor, dataset, file), input);
}

interface BadCells {
  readonly count: number;
  readonly cells: readonly { row: number; field: string; reason: string; message: string }[];
}

/** The cells for which a file was refused. */
export function badCellsOf({ errors }: Result): BadCells {
  return errors?.[0]?.extensions as unknown as BadCells;
}

export async function lookAt(actor: Actor, id: string) {
  return (await actor.run(GetImport, { id })).data?.datasetImport;
}

/** What the rows of a dataset hold, in the order in which they came. */
export async function valuesOf(actor: Actor, dataset: Shared): Promise<unknown[]> {
  const { data, text } = await actor.run(ListRows, { id: dataset.id, first: 100 });
  const edges = data?.dataset?.rows?.edges;
  if (!edges) throw new Error(text);
  return edges.map((edge) => edge?.node?.values);
}

export async function countRows(dataset: Shared): Promise<number> {
  const { client } = await testDatabase();
  return client.datasetRow.count({ where: { flowId: dataset.rowId } });
}

/** How many batches of rows of a file are kept until it is run. */
export async function countStaged(importId: string): Promise<number> {
  const { client } = await testDatabase();
  return client.datasetImportBatch.count({ where: { importId: rowId(importId) } });
}

/** Makes an import look as if nothing had been heard of it for so long. */
export async function silence(importId: string, seconds: number, state: 'RECEIVING' | 'RUNNING') {
  const { client } = await testDatabase();
  const updatedAt = new Date(Date.now() - seconds * 1000);
  await client.datasetImport.update({
    where: { id: rowId(importId) },
    data: { state, updatedAt, ...(state === 'RUNNING' && { runId: 'a run that died' }) },
  });
}

export function exporting(actor: Actor, dataset: Shared, input: ExportInput = {}) {
  return actor.run(ExportDataset, { input: { datasetId: dataset.id, ...input } });
}

/** Exports, and fetches the file. */
export async function fetchExport(actor: Actor, dataset: Shared, input?: ExportInput) {
  const result = await exporting(actor, dataset, input);
  const download = result.data?.exportDataset?.download;
  if (!download) throw new Error(result.text);
  const response = await actor.fetch(download.url);
  if (!response.ok) throw new Error(await response.text());
  return { response, bytes: new Uint8Array(await response.arrayBuffer()), ...download };
}

/** The text of an exported CSV file, without its byte order mark. */
export async function exportText(actor: Actor, dataset: Shared, input?: ExportInput) {
  const { bytes } = await fetchExport(actor, dataset, input);
  return new TextDecoder().decode(bytes);
}

export interface Event {
  readonly data?: { datasetImportProgress: Record<string, unknown> } | null;
  readonly errors?: { extensions: { code: string } }[];
}

/** The events of a subscription, as they come, until it ends. */
export async function* events(response: Response): AsyncGenerator<Event> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const line = block.split('\n').find((each) => each.startsWith('data: '));
      if (line && line.length > 'data: '.length) yield JSON.parse(line.slice(6)) as Event;
    }
  }
}
