interface Reader {
  $queryRaw<T>(query: TemplateStringsArray, ...values: unknown[]): PromiseLike<T>;
}

/**
 * Waits for everybody who shares this row, and lets nobody new share it until the transaction ends. A row lock alone
 * lets those who share it overtake whoever waits to change it, for as long as they keep coming. Those who share pass
 * the same gate, with the statement that locks the row.
 */
export async function closeGate(tx: Reader, id: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 AS closed FROM pg_advisory_xact_lock(hashtextextended(${id}::text, 0))`;
}
