import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import PostalMime from 'postal-mime';
import { afterEach, describe, expect, test } from 'vitest';

import { testApp, type TestApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { accept, freshEmail, office, signedIn } from '../support/invitation-world.js';
import { mailServer, refusal, type MailServer } from '../support/mail-server.js';
import { ListInvitations, Me, ResendInvitation } from '../support/operations.js';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serve(behaviour?: Parameters<typeof mailServer>[0]): Promise<MailServer> {
  const server = await mailServer(behaviour);
  closing.push(() => server.close());
  return server;
}

/** An account whose gateway sends its mails by this server. */
async function sending(url: string, tryMailAgainAfter: readonly number[] = []) {
  const environment = { SMTP_URL: url, MAIL_FROM: 'The gate <gate@mail.example>' };
  const app = await testApp({ environment, tryMailAgainAfter });
  closing.push(() => app.close());
  const made = await office(app);
  /** The delivery of the one invitation, once it has ended. */
  const delivered = async () => {
    await expect.poll(async () => (await delivery())?.delivery).not.toBe('QUEUED');
    return delivery();
  };
  const delivery = async () => {
    const { data } = await made.chief.run(ListInvitations, {});
    const { delivery: state, deliveryProblem, id } = data?.invitations?.edges[0]?.node ?? {};
    return { delivery: state, deliveryProblem, id };
  };
  return { ...made, app, delivered };
}

test('a mail server gets the invitation, whose link lets the person in', async () => {
  const server = await serve();
  const { here, nobody, invite, delivered } = await sending(server.url);
  const to = freshEmail();
  expect(await invite({ email: to })).toSucceed();
  expect(await delivered()).toMatchObject({ delivery: 'SENT', deliveryProblem: null });
  expect(server.received.map(({ recipients }) => recipients)).toEqual([[to]]);
  const email = await PostalMime.parse(server.received[0]?.raw ?? '');
  expect(email).toMatchObject({
    from: { name: 'The gate', address: 'gate@mail.example' },
    to: [{ name: '', address: to }],
    subject: 'Uma User invites you to A workspace',
  });
  const headers = new Map(email.headers.map(({ key, value }) => [key, value]));
  expect(headers.get('auto-submitted')).toBe('auto-generated');
  const links = [email.text, email.html].map(
    (text) => /http:\/\/localhost:4000\/invitation#([\w-]+)/.exec(text ?? '')?.[1],
  );
  expect(links[0]).toBe(links[1]);
  expect(await accept(nobody, links[0] ?? '')).toSucceed();
  const me = await (await signedIn(here, to)).run(Me);
  expect(me.data?.me?.user?.email).toBe(to);
});

describe('what goes wrong has a code, and none of the server’s words', () => {
  const words = 'planted words of the server';

  test.each([
    ['ADDRESS_REFUSED', { onRecipient: () => refusal(550, words) }],
    ['ADDRESS_REFUSED', { onRecipient: () => refusal(450, words) }],
    ['REFUSED', { onMessage: () => refusal(554, words) }],
    ['REFUSED', { onMessage: () => refusal(451, words) }],
  ] as const)('%s', async (problem, behaviour) => {
    const { url } = await serve(behaviour);
    const { app, invite, delivered } = await sending(url, [10]);
    await invite();
    expect(await delivered()).toMatchObject({ delivery: 'FAILED', deliveryProblem: problem });
    const { client } = await testDatabase();
    const kept = JSON.stringify([await client.invitation.findMany(), app.lines]);
    expect(kept).not.toContain('planted');
    expect(app.lines.join('')).toContain(`"problem":"${problem}"`);
  });

  test('SERVER_UNREACHABLE', async () => {
    const server = await mailServer();
    await server.close();
    const { invite, delivered } = await sending(server.url, [10]);
    expect(await invite()).toSucceed();
    const ended = await delivered();
    expect(ended).toMatchObject({ delivery: 'FAILED', deliveryProblem: 'SERVER_UNREACHABLE' });
  });

  test('REFUSED, where a server takes no password', async () => {
    const { url } = await serve();
    const { invite, delivered } = await sending(url.replace('//', '//me:planted@'));
    await invite();
    expect(await delivered()).toMatchObject({ delivery: 'FAILED', deliveryProblem: 'REFUSED' });
  });
});

test('what is refused for now is tried again, and what is refused for good is not', async () => {
  const answers = [refusal(451, 'Later.'), refusal(451, 'Later.'), undefined];
  let asked = 0;
  const patient = await serve({ onMessage: () => answers[asked++] });
  const { invite, delivered } = await sending(patient.url, [5, 5, 5]);
  await invite();
  expect(await delivered()).toMatchObject({ delivery: 'SENT', deliveryProblem: null });
  expect(asked).toBe(3);
  let refused = 0;
  const strict = await serve({ onRecipient: () => (refused++, refusal(550, 'No.')) });
  const other = await sending(strict.url, [5, 5, 5]);
  await other.invite();
  expect(await other.delivered()).toMatchObject({ delivery: 'FAILED' });
  expect(refused).toBe(1);
});

test('one that failed can be sent again', async () => {
  let works = false;
  const server = await serve({ onMessage: () => (works ? undefined : refusal(554, 'No.')) });
  const { chief, invite, delivered } = await sending(server.url);
  await invite();
  const failed = await delivered();
  expect(failed).toMatchObject({ delivery: 'FAILED', deliveryProblem: 'REFUSED' });
  works = true;
  await chief.run(ResendInvitation, { input: { invitationId: failed.id ?? '' } });
  expect(await delivered()).toMatchObject({ delivery: 'SENT', deliveryProblem: null });
});

/** A server that takes connections and says nothing. */
async function silentServer(): Promise<{ url: string; connections: () => number }> {
  let count = 0;
  const sockets = new Set<{ destroy: () => void }>();
  const server = createServer((socket) => {
    count += 1;
    sockets.add(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `smtp://127.0.0.1:${port}`, connections: () => count };
}

test('nobody waits for a slow mail server, and a gateway that stops only for a while', async () => {
  const { url, connections } = await silentServer();
  const { app, invite } = await sending(url);
  const started = performance.now();
  const result = await invite();
  expect(result.data?.inviteUser?.invitation).toMatchObject({ delivery: 'QUEUED' });
  expect(performance.now() - started).toBeLessThan(5_000);
  await expect.poll(connections).toBe(1);
  const stopped = performance.now();
  await app.close();
  expect(performance.now() - stopped).toBeLessThan(9_000);
});

test('a gateway that stops sends what it has begun, and leaves the rest to be sent again', async () => {
  const server = await serve({ onMessage: () => refusal(451, 'Later.') });
  const { app, chief, invite } = await sending(server.url, [3_600_000]);
  await invite();
  await expect.poll(() => app.lines.join('')).toContain('mail not sent');
  const stopped = performance.now();
  await (app satisfies TestApp).close();
  expect(performance.now() - stopped).toBeLessThan(4_000);
  const { data } = await chief.run(ListInvitations, {});
  expect(data?.invitations?.edges[0]?.node).toMatchObject({ delivery: 'QUEUED', state: 'PENDING' });
});
