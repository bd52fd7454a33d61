import type { FlowKind } from '../authz/boundary.js';
import { NOBODY } from '../authz/principal.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** No row has it, so whatever is not an id of ours is looked for, and not found, like any other. */
export const NOWHERE = NOBODY;

export function encodeId(typename: string, id: string): string {
  return Buffer.from(`${typename}:${id}`).toString('base64url');
}

export function decodeId(globalId: string): { typename: string; id: string } {
  const [typename = '', id = ''] = Buffer.from(globalId, 'base64url').toString().split(':');
  // One spelling for each id: what decodes but was never encoded is none.
  return UUID.test(id) && encodeId(typename, id) === globalId
    ? { typename, id }
    : { typename: '', id: NOWHERE };
}

/** The row's id behind the id of an object of this type. */
export function idOf(typename: string, globalId: string): string {
  const decoded = decodeId(globalId);
  return decoded.typename === typename ? decoded.id : NOWHERE;
}

/** What the API calls a flow of each kind. */
export const FLOW_TYPENAMES = {
  PROCESS: 'Process',
  BOARD: 'Board',
  APP: 'App',
  DATASET: 'Dataset',
  LIST: 'List',
  INTEGRATION: 'Integration',
  CHAT: 'Chat',
  SPACE: 'Space',
} as const satisfies Record<FlowKind, string>;

export type FlowTypename = (typeof FLOW_TYPENAMES)[FlowKind];

/** The kind and the row's id behind the id of a flow of any kind but a dataset. */
export function flowOf(globalId: string): { kind: FlowKind; id: string } {
  const { typename, id } = decodeId(globalId);
  const entry = Object.entries(FLOW_TYPENAMES).find(([, name]) => name === typename);
  const kind = (entry?.[0] ?? 'DATASET') as FlowKind;
  return kind === 'DATASET' ? { kind, id: NOWHERE } : { kind, id };
}
