import { FLOW_KINDS, type FlowKind } from '../authz/boundary.js';
import { encodeId, FLOW_TYPENAMES } from '../authz/node-id.js';
import { NOBODY } from '../authz/principal.js';

export { encodeId, FLOW_TYPENAMES } from '../authz/node-id.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** No row has it, so whatever is not an id of ours is looked for, and not found, like any other. */
export const NOWHERE = NOBODY;

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

/** The kinds of flow that are no dataset. */
export const KINDS_BUT_DATASET = FLOW_KINDS.filter((kind) => kind !== 'DATASET');

/** The kind of flow that the API calls this. */
export function flowKindOf(typename: string): FlowKind | undefined {
  return FLOW_KINDS.find((kind) => FLOW_TYPENAMES[kind] === typename);
}

/** A flow as its id names it: of a kind, and a row's id. */
export interface NamedFlow {
  readonly kind: FlowKind;
  readonly id: string;
}

/** The kind and the row's id behind the id of a flow of any kind; nothing else is the dataset that nobody has. */
export function anyFlowOf(globalId: string): NamedFlow {
  const { typename, id } = decodeId(globalId);
  const kind = flowKindOf(typename);
  return kind ? { kind, id } : { kind: 'DATASET', id: NOWHERE };
}

/** The kind and the row's id behind the id of a flow of any kind but a dataset. */
export function flowOf(globalId: string): NamedFlow {
  const flow = anyFlowOf(globalId);
  return flow.kind === 'DATASET' ? { kind: 'DATASET', id: NOWHERE } : flow;
}
