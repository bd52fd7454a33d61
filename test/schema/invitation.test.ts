import { describe, expect, test } from 'vitest';

import { parseLink } from '../../src/authn/token.js';
import { ACCOUNT_ROLES } from '../../src/authz/account-roles.js';
import { testDatabase } from '../support/database.js';
import { accept, freshEmail, office, roleId, signedIn } from '../support/invitation-world.js';
import { GetNode, InviteUser, ListInvitations, Me } from '../support/operations.js';
import { globalId, workspace } from '../support/world.js';

const DAY = 86_400_000;

describe('inviteUser', () => {
  test('allows a User Admin to invite somebody, as a Viewer of no group unless told', async () => {
    const { here, chief, invite } = await office();
    const email = freshEmail();
    const before = Date.now();
    const result = await invite({ email: `  ${email.toUpperCase()} ` });
    expect(result).toSucceed();
    const made = result.data?.inviteUser?.invitation;
    expect(made).toMatchObject({
      email,
      state: 'PENDING',
      deliveryProblem: null,
      groups: [],
      invitedBy: { name: chief.name },
      role: { name: 'VIEWER' },
    });
    const lasts = Date.parse(made?.expiresAt ?? '') - Date.parse(made?.sentAt ?? '');
    expect(lasts).toBe(7 * DAY);
    expect(Date.parse(made?.sentAt ?? '')).toBeGreaterThanOrEqual(before);
    const { subject, text, html, link } = await here.app.mailTo(email);
    expect(subject).toBe('Uma User invites you to A workspace');
    expect(link).toMatch(/^http:\/\/localhost:4000\/invitation#fgi_\w/);
    expect(text).toContain(`\n${link}\n`);
    expect(html).toContain(`<a href="${link}">`);
    expect(text).toMatch(/works once, until \d+ \w+ \d{4} at \d\d:\d\d UTC/);
  });

  test('allows to name a role and groups, which whoever accepts has', async () => {
    const { here, nobody, invited } = await office();
    const colleague = await here.person();
    const groups = [await here.group([colleague]), await here.group([])];
    const groupIds = groups.map((id) => globalId('Group', id));
    const { email, token } = await invited({ roleId: await roleId(here, 'EDITOR'), groupIds });
    expect(await accept(nobody, token)).toSucceed();
    const nora = await signedIn(here, email);
    const me = await nora.run(Me);
    expect(me.data?.me?.user).toMatchObject({ email, roles: [{ name: 'EDITOR' }] });
    const { client } = await testDatabase();
    const joined = await client.groupMember.findMany({ where: { userId: nora.id } });
    expect(joined.map(({ groupId }) => groupId).toSorted()).toEqual(groups.toSorted());
  });

  test('lets an invitation live as long as the account says', async () => {
    const { here, invite } = await office();
    const { client } = await testDatabase();
    await client.account.update({ where: { id: here.accountId }, data: { invitationDays: 30 } });
    const made = (await invite()).data?.inviteUser?.invitation;
    expect(Date.parse(made?.expiresAt ?? '') - Date.parse(made?.sentAt ?? '')).toBe(30 * DAY);
  });

  test.each([
    ['SUPER_ADMIN', true],
    ['IAM_ADMIN', false],
    ['USER_ADMIN', true],
    ['ADMIN', true],
    ['EDITOR', false],
    ['VIEWER', false],
  ] as const)('lets a %s: %s', async (role, allowed) => {
    const here = await workspace();
    const somebody = await here.person({ role });
    const email = freshEmail();
    const result = await somebody.run(InviteUser, { input: { email } });
    if (allowed) expect(result).toSucceed();
    else expect(result).toBeDenied({ missing: 'user:create' });
    const { client } = await testDatabase();
    expect(await client.invitation.count({ where: { email } })).toBe(allowed ? 1 : 0);
  });

  test('denies a group to whoever may not put people into groups', async () => {
    const { here } = await office();
    const { client } = await testDatabase();
    const clerk = await here.person({ role: 'VIEWER' });
    const permissions = ['user:create', 'directory:read', 'account:read'];
    const data = { accountId: here.accountId, name: 'Clerk', nameKey: 'clerk', permissions };
    const { id } = await client.role.create({ data });
    await client.roleAssignment.create({
      data: { accountId: here.accountId, userId: clerk.id, roleId: id },
    });
    const groupIds = [globalId('Group', await here.group([]))];
    const email = freshEmail();
    const denied = await clerk.run(InviteUser, { input: { email, groupIds } });
    expect(denied).toBeDenied({ missing: 'group:write' });
    expect(await clerk.run(InviteUser, { input: { email } })).toSucceed();
  });

  test.each([
    ['USER_ADMIN', ['USER_ADMIN', 'EDITOR', 'VIEWER']],
    ['ADMIN', ['USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER']],
    ['SUPER_ADMIN', ['SUPER_ADMIN', 'IAM_ADMIN', 'USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER']],
  ] as const)('lets a %s give %j and nothing above', async (role, below) => {
    const here = await workspace();
    const somebody = await here.person({ role });
    for (const given of ACCOUNT_ROLES) {
      const input = { email: freshEmail(), roleId: await roleId(here, given) };
      const result = await somebody.run(InviteUser, { input });
      if ((below as readonly string[]).includes(given)) expect(result, given).toSucceed();
      else expect(result.errors?.[0]?.extensions, given).toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  test('hides the roles and groups of other accounts', async () => {
    const [ours, theirs] = [await office(), await office()];
    const groupIds = [globalId('Group', await theirs.here.group([]))];
    await expect(await ours.invite({ groupIds })).toBeHidden();
    await expect(await ours.invite({ roleId: await roleId(theirs.here, 'VIEWER') })).toBeHidden();
    const swapped = globalId('Role', (await ours.here.person()).id);
    await expect(await ours.invite({ roleId: swapped })).toBeHidden();
  });

  test('refuses an address that somebody of the account has, and says what to do', async () => {
    const { here, invite } = await office();
    const { email } = await here.person({ suspended: true });
    const result = await invite({ email: email.toUpperCase() });
    expect(result).toFail('ALREADY_MEMBER');
    expect(result.errors?.[0]?.extensions['remedies']).toMatchObject([{ kind: 'CHANGE_ROLE' }]);
    await expect(result).toHaveAudited({ action: 'invitation.sent', code: 'ALREADY_MEMBER' });
  });

  test('takes the address of somebody who was removed, or belongs to another account', async () => {
    const { here, invite } = await office();
    const gone = await here.person();
    const { client } = await testDatabase();
    await client.user.update({ where: { id: gone.id }, data: { removedAt: new Date() } });
    const other = await (await workspace()).person();
    for (const { email } of [gone, other]) expect(await invite({ email })).toSucceed();
  });

  test('refuses a second invitation to an address, until the first has expired', async () => {
    const { invite } = await office();
    const { client } = await testDatabase();
    const email = freshEmail();
    expect(await invite({ email })).toSucceed();
    expect(await invite({ email: email.toUpperCase() })).toFail('ALREADY_INVITED');
    await client.invitation.updateMany({ where: { email }, data: { expiresAt: new Date() } });
    expect(await invite({ email })).toSucceed();
    const all = await client.invitation.findMany({ where: { email }, orderBy: { id: 'asc' } });
    expect(all.map(({ state }) => state)).toEqual(['EXPIRED', 'PENDING']);
    const elsewhere = await office();
    expect(await elsewhere.invite({ email })).toSucceed();
  });

  test('makes one of many at once', async () => {
    const { invite } = await office();
    const email = freshEmail();
    const results = await Promise.all(Array.from({ length: 10 }, () => invite({ email })));
    const codes = results.map(({ errors }) => errors?.[0]?.extensions.code);
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    expect(codes.filter((code) => code === 'ALREADY_INVITED')).toHaveLength(9);
  });

  test.each(['', 'nobody', 'a@b', 'a b@example.test', 'a@example.test, b@example.test'])(
    'refuses %j, which is no address',
    async (email) => {
      const { here, invite } = await office();
      const result = await invite({ email });
      expect(result).toFail('INVALID_INPUT');
      expect(here.app.mails.filter(({ to }) => to === email)).toEqual([]);
    },
  );

  test('audits it without the token', async () => {
    const { here, chief, invite } = await office();
    const email = freshEmail();
    const result = await invite({ email });
    const { link } = await here.app.mailTo(email);
    await expect(result).toHaveAudited({
      action: 'invitation.sent',
      outcome: 'SUCCEEDED',
      subjectId: chief.id,
      targetType: 'Invitation',
      after: {
        email,
        role: 'VIEWER',
        groups: 0,
        expiresAt: result.data?.inviteUser?.invitation?.expiresAt,
      },
    });
    expect(parseLink('invitation', new URL(link).hash.slice(1))).toBeDefined();
    expect(result.text).not.toContain('fgi_');
  });
});

describe('invitations', () => {
  test('are listed newest first, by the state that they show', async () => {
    const { here, chief, invited } = await office();
    const { client } = await testDatabase();
    const [old, open] = [await invited(), await invited()];
    const yesterday = new Date(Date.now() - DAY);
    const { id } = await client.invitation.findFirstOrThrow({ where: { email: old.email } });
    await client.invitation.update({ where: { id }, data: { expiresAt: yesterday } });
    const emails = async (state?: ('PENDING' | 'EXPIRED' | 'ACCEPTED' | 'REVOKED')[]) => {
      const { data } = await chief.run(ListInvitations, { filter: state && { state } });
      const nodes = data?.invitations?.edges.map(({ node }) => node) ?? [];
      expect(data?.invitations?.totalCount).toBe(nodes.length);
      if (state) for (const node of nodes) expect(state).toContain(node.state);
      return nodes.map(({ email }) => email);
    };
    expect(await emails()).toEqual([open.email, old.email]);
    expect(await emails(['PENDING'])).toEqual([open.email]);
    expect(await emails(['EXPIRED'])).toEqual([old.email]);
    expect(await emails(['EXPIRED', 'PENDING'])).toEqual([open.email, old.email]);
    expect(await emails(['ACCEPTED', 'REVOKED'])).toEqual([]);
    expect(await emails([])).toEqual([]);
    const editor = await here.person();
    expect(await editor.run(ListInvitations, {})).toBeDenied({ missing: 'user:create' });
  });

  test('are found by their id by those who invite, and by nobody else', async () => {
    const { here, chief, invited } = await office();
    const { id } = await invited();
    expect((await chief.run(GetNode, { id })).data?.node).toEqual({ __typename: 'Invitation', id });
    await expect(await (await here.person()).run(GetNode, { id })).toBeHidden();
    await expect(
      await (await here.person({ role: 'IAM_ADMIN' })).run(GetNode, { id }),
    ).toBeHidden();
    await expect(await (await office()).chief.run(GetNode, { id })).toBeHidden();
  });

  test('say what helps if they did not arrive', async () => {
    const { invite } = await office();
    const remedies = (await invite()).data?.inviteUser?.invitation?.remedies ?? [];
    expect(remedies.map(({ kind }) => kind)).toEqual([
      'CHECK_SPAM',
      'CHECK_ADDRESS',
      'ALLOW_SENDER',
      'RESEND',
    ]);
    expect(remedies.find(({ kind }) => kind === 'ALLOW_SENDER')?.how).toContain('@localhost');
  });

  test('take as many statements for one as for many', async () => {
    const { chief, invited } = await office();
    await invited();
    const one = await chief.run(ListInvitations, {});
    for (let count = 0; count < 4; count += 1) await invited();
    const many = await chief.run(ListInvitations, {});
    expect(many.data?.invitations?.totalCount).toBe(5);
    expect(many).toTakeQueries(one.statements);
  });
});
