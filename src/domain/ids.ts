const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** No row has it, so whatever is not an id of ours is looked for, and not found, like any other. */
export const NOWHERE = '00000000-0000-0000-0000-000000000000';

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
