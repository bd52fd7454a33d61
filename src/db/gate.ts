interface Reader {
  $queryRaw<T>(query: TemplateStringsArray, ...values: unknown[]): PromiseLike<T>;
}

/**
 * Waits for everybody who shares this row, and lets nobody new share it until the transaction ends. A row lock alone
 * lets those who share it overtake whoever waits to change it, for as long as they keep coming. Those who share pass
 * the same gate, with the statement that locks the row. What is no row has a name of its own: a few words and an id.
 */
export async function closeGate(tx: Reader, name: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 AS closed FROM pg_advisory_xact_lock(hashtextextended(${name}::text, 0))`;
}

/** Waits for whoever closed this gate, and keeps it open until the transaction ends. */
export async function shareGate(tx: Reader, name: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 AS shared FROM pg_advisory_xact_lock_shared(hashtextextended(${name}::text, 0))`;
}

/** Closes several gates, in one order for everybody, with one statement. */
export async function closeGates(tx: Reader, names: Iterable<string>): Promise<void> {
  const places = [...new Set(names)].toSorted();
  await tx.$queryRaw`
    SELECT count(*) AS closed
    FROM unnest(${places}::text[]) AS place, pg_advisory_xact_lock(hashtextextended(place, 0))`;
}
