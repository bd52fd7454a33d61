import { hashSecret, isSecret, parseLink, type LinkKind } from '../authn/token.js';
import type { System } from '../context.js';
import { DomainError } from '../errors.js';
import { NOWHERE } from './ids.js';

/** What the link leads to that has this text. Whatever is no such link is looked up and compared all the same. */
export async function followLink<Row extends { readonly secretHash: Uint8Array | null }>(
  { pepper }: Pick<System, 'pepper'>,
  kind: LinkKind,
  text: string,
  find: (id: string) => PromiseLike<Row | null>,
): Promise<Row | undefined> {
  const link = parseLink(kind, text);
  const found = await find(link?.id ?? NOWHERE);
  const hash = found?.secretHash ?? hashSecret('', pepper);
  const matches = isSecret(link?.secret ?? '', hash, pepper);
  return found?.secretHash && matches ? found : undefined;
}

export function invalidLink(): DomainError {
  return new DomainError(
    'INVALID_LINK',
    'This link is no longer good: it was used, replaced or revoked, or its time is over. Ask for another.',
  );
}
