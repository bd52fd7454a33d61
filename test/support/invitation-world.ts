import { randomUUID } from 'node:crypto';

import { Actor, type Result } from './actor.js';
import type { TestApp } from './app.js';
import { testDatabase } from './database.js';
import type { InviteUserInput } from './generated/graphql.js';
import { AcceptInvitation, InviteUser, SignIn } from './operations.js';
import { globalId, workspace, type Workspace } from './world.js';

export const NEW_PASSWORD = 'four words nobody combines';

export function freshEmail(): string {
  return `${randomUUID()}@example.test`;
}

/** The secret that the last mail to an address carries. */
export async function tokenIn(app: TestApp, email: string): Promise<string> {
  return new URL((await app.mailTo(email)).link).hash.slice(1);
}

/** An account with somebody who brings people in. */
export async function office(app?: TestApp) {
  const here = await workspace(app);
  const chief = await here.person({ name: 'Uma User', role: 'USER_ADMIN' });
  const invite = (input: Partial<InviteUserInput> = {}) =>
    chief.run(InviteUser, { input: { email: freshEmail(), ...input } });
  return {
    here,
    chief,
    invite,
    /** Invites somebody, and reads their mail. */
    async invited(input: Partial<InviteUserInput> = {}) {
      const email = freshEmail();
      const result = await invite({ email, ...input });
      const id = result.data?.inviteUser?.invitation?.id ?? '';
      return { id, email, token: await tokenIn(here.app, email) };
    },
    nobody: anonymous(here),
  };
}

export function anonymous({ app }: Pick<Workspace, 'app'>): Actor {
  return new Actor(app, '', 'Nobody', '', {});
}

export function accept(
  nobody: Actor,
  token: string,
  { name = 'Nora New', password = NEW_PASSWORD } = {},
): Promise<Result> {
  return nobody.run(AcceptInvitation, { input: { token, name, password } });
}

/** Somebody who signs in with a password. */
export async function signedIn(
  here: Workspace,
  email: string,
  password = NEW_PASSWORD,
): Promise<Actor> {
  const { client } = await testDatabase();
  const nobody = anonymous(here);
  const input = { email, password, account: here.slug, transport: 'BEARER' } as const;
  const { data } = await nobody.run(SignIn, { input });
  const where = { accountId: here.accountId, email, removedAt: null };
  const { id, name } = await client.user.findFirstOrThrow({ where });
  const headers = { authorization: `Bearer ${data?.signIn?.token}` };
  return new Actor(here.app, id, name, email, headers);
}

/** A built-in role of an account, by its id as the API names it. */
export async function roleId({ accountId }: Workspace, builtIn: string): Promise<string> {
  const { client } = await testDatabase();
  const { id } = await client.role.findFirstOrThrow({ where: { accountId, builtIn } });
  return globalId('Role', id);
}
