import type { FlowKind } from './boundary.js';

/** The id of an object as the API names it. */
export function encodeId(typename: string, id: string): string {
  return Buffer.from(`${typename}:${id}`).toString('base64url');
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
