import { DEMO_PEOPLE } from '../../prisma/seed.js';
import type { PrismaClient } from '../db/generated/client.js';

export interface DemoPerson {
  readonly name: string;
  readonly email: string;
  readonly account: string;
  readonly roles: string;
}

export interface DemoAccount {
  readonly name: string;
  readonly people: readonly DemoPerson[];
}

/** The people of the demo that this database has, by account. Like signing in, it starts without an account. */
export async function readDemoPeople(client: PrismaClient): Promise<DemoAccount[]> {
  const users = await client.user.findMany({
    where: {
      removedAt: null,
      OR: DEMO_PEOPLE.map(({ email, account }) => ({ email, account: { slug: account } })),
    },
    select: { name: true, email: true, account: { select: { slug: true, name: true } } },
  });
  const accounts = new Map<string, { name: string; people: DemoPerson[] }>();
  for (const { email, account: slug, roles } of DEMO_PEOPLE) {
    const user = users.find((one) => one.email === email && one.account.slug === slug);
    if (!user) continue;
    const account = accounts.get(slug) ?? { name: user.account.name, people: [] };
    accounts.set(slug, account);
    account.people.push({ name: user.name, email, account: slug, roles });
  }
  return [...accounts.values()];
}
