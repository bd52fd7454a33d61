/**
 * What each of some ways costs this process, in ms of the processor: the middle of the rounds.
 * A clock would measure, too, what else the machine does meanwhile.
 */
export async function processorTimes(
  ways: Readonly<Record<string, () => Promise<unknown>>>,
  rounds = 9,
): Promise<ReadonlyMap<string, number>> {
  const times = new Map(Object.keys(ways).map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(ways)) {
      const before = process.cpuUsage();
      await run();
      const { user, system } = process.cpuUsage(before);
      times.get(name)?.push((user + system) / 1000);
    }
  }
  const middle = (all: number[]) => all.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
  return new Map([...times].map(([name, all]) => [name, middle(all)]));
}
