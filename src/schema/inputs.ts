import { z } from 'zod';

import type { FlowKind } from '../authz/boundary.js';

/** Text that a database keeps exactly: no NUL, no half of a surrogate pair. */
const storable = z
  .string()
  .refine(
    (text) => text.isWellFormed() && !text.includes('\0'),
    'Leave out NUL and broken characters.',
  );

export const name = storable
  .refine((text) => text.trim() !== '', 'Give it a name.')
  .refine((text) => !/\p{Cc}/u.test(text), 'A name is one line.')
  .max(200, 'A name has at most 200 characters.')
  .transform((text) => text.trim());

export const description = storable.max(10_000, 'A description has at most 10,000 characters.');

export const shortDescription = storable.max(1000, 'A description has at most 1,000 characters.');

/** An address as it is compared: lower case. */
export const email = storable
  .transform((text) => text.trim().toLowerCase())
  .refine(
    (text) => z.regexes.email.test(text) && text.length <= 254,
    'Give an address such as ada@example.com.',
  );

export const ids = z.array(z.string()).max(100, 'Name at most 100 at once.');

export const handOvers = z.array(z.unknown()).max(100, 'Hand over at most 100 flows at once.');

/** Lines are named by the ids of their rows. */
export const lineIds = z
  .array(z.uuid('Give ids of lines of the review.'))
  .min(1, 'Name at least one line.')
  .max(100, 'Name at most 100 lines at once.');

export const batchId = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'Give a batchId of an entry.');

export const days = (most: number) =>
  z.number().min(1, `Name 1 to ${most} days.`).max(most, `Name 1 to ${most} days.`);

export const search = storable.max(200, 'Search for at most 200 characters.');

export const shortText = storable.max(320, 'This has at most 320 characters.');

/** What a link carries. */
export const token = z.string().max(200, 'This is no token of a link.');

/** Long enough for any passphrase, short enough to hash. */
export const password = z.string().max(1024, 'A password has at most 1,024 characters.');

/** A time that both the database and its driver can say: they have no year zero. */
export const instant = z
  .date()
  .min(new Date('0001-01-01T00:00:00Z'), 'Name a time in the years 1 to 9999.')
  .max(new Date('9999-12-31T23:59:59.999Z'), 'Name a time in the years 1 to 9999.');

export const helpText = storable.max(1000, 'A help text has at most 1,000 characters.');

export const choices = z
  .array(
    storable
      .refine((text) => text.trim() === text && text !== '', 'Give a choice without outer spaces.')
      .max(200, 'A choice has at most 200 characters.'),
  )
  .max(500, 'A field has at most 500 choices.');

export const position = z.number().min(0, 'Places are counted from 0.');

export const fileName = name.refine((text) => !/[/\\]/.test(text), 'Leave out the folder.');

export const purpose = storable
  .refine((text) => text.trim() !== '', 'Say what it is for.')
  .max(1000, 'A purpose has at most 1,000 characters.')
  .transform((text) => text.trim());

export const note = storable.max(500, 'A note has at most 500 characters.');

/** A field of the schema: `Mutation.renameDataset`. */
export const coordinate = z
  .string()
  .max(200, 'A field has at most 200 characters.')
  .regex(/^[A-Z_a-z]\w*\.[A-Z_a-z]\w*$/, 'Name a field such as Mutation.renameDataset.');

export const reason = storable.max(500, 'A reason has at most 500 characters.');

/** An hour to seven days, or none. */
export const overlapHours = z
  .number()
  .min(0, 'Name 0 to 168 hours.')
  .max(168, 'Name 0 to 168 hours: at most seven days.');

export const permissions = z.array(shortText).max(200, 'Name at most 200 permissions.');

export const missing = permissions.min(1, 'Name what was missing.');

/** A kind of flow for which datasets have something of their own. */
export function kindButDataset(instead: string) {
  return z.custom<FlowKind>().refine((kind) => kind !== 'DATASET', `For datasets use ${instead}.`);
}
