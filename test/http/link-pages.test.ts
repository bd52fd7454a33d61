import { describe, expect, test } from 'vitest';

import { sharedApp } from '../support/app.js';
import { exchange } from '../support/http.js';
import { freshEmail, office } from '../support/invitation-world.js';

const headers = { accept: 'text/html' };

async function get(path: string) {
  const app = await sharedApp();
  return exchange(app, { url: `http://gateway.test${path}`, method: 'GET', headers });
}

describe.each(['/invitation', '/password-reset'])('%s', (path) => {
  test('is a page that runs our own script alone, sends no address on, and is framed by nobody', async () => {
    const { status, headers: answered, text } = await get(path);
    expect(status).toBe(200);
    const policy = answered.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("form-action 'none'");
    expect(answered.get('referrer-policy')).toBe('no-referrer');
    expect(text).not.toMatch(/<script(?![^>]*\bsrc="\/assets\/[\w-]+\.js")/);
    expect(text).not.toMatch(/\bon\w+=|https?:\/\//);
    expect(text).toContain('autocomplete="new-password"');
  });

  test('says the same whatever stands behind it, and keeps nothing of it', async () => {
    const plain = await get(path);
    const asked = await get(`${path}?token=planted-token`);
    expect(asked.text).toBe(plain.text);
    expect(JSON.stringify(asked.line)).not.toContain('planted');
    expect(plain.line.statements).toBe(0);
  });
});

test('the link of a mail leads to the page, with the token where no server sees it', async () => {
  const { here, invite } = await office();
  const email = freshEmail();
  await invite({ email });
  const { pathname, search, hash } = new URL((await here.app.mailTo(email)).link);
  expect({ pathname, search }).toEqual({ pathname: '/invitation', search: '' });
  expect(hash).toMatch(/^#fgi_/);
  const { text } = await get(pathname);
  expect(text).toContain('data-accept');
});
