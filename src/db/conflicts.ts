import { Prisma } from './generated/client.js';

/** Whether the database stopped the transaction only because others were in its way (deadlock, serialization). */
export function isConflict(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false;
  return (
    error.code === 'P2034' ||
    /\b(40P01|40001)\b/.test(`${error.message} ${JSON.stringify(error.meta)}`)
  );
}

/** Writes; where a unique constraint refuses the row, throws this instead. */
export async function refusingDuplicates<T>(
  write: PromiseLike<T>,
  refusal: () => Error,
): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw prismaCode(error) === 'P2002' ? refusal() : error;
  }
}

/** Whether a row was gone, or out of sight, when it was to be read again. */
export function isGone(error: unknown): boolean {
  return prismaCode(error) === 'P2025';
}

/** Whether all connections were in use for longer than anybody waits: nothing was begun. */
export function isBusy(error: unknown): boolean {
  if (prismaCode(error) === 'P2028') return true;
  return (
    error instanceof Error && error.message.includes('timeout exceeded when trying to connect')
  );
}

/** Prisma's own code of what went wrong; undefined for the errors of others. */
export function prismaCode(error: unknown): string | undefined {
  return error instanceof Prisma.PrismaClientKnownRequestError ? error.code : undefined;
}
