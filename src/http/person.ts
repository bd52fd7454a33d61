import type { Context } from '../context.js';

/** Who is signed in, as the pages say it. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly account: string;
  readonly roles: string;
}

export async function readPerson({ principal, db }: Context): Promise<Person | undefined> {
  // A key shows no pages to anybody.
  if (principal?.credential.kind !== 'session') return undefined;
  const { id, name, account } = await db.user.findUniqueOrThrow({
    where: { id: principal.subject.id },
    select: { id: true, name: true, account: { select: { name: true } } },
  });
  return { id, name, account: account.name, roles: principal.roleNames.join(', ') };
}
