import { parse } from 'hono/utils/cookie';
import { v7 as uuidv7 } from 'uuid';

import type { Provenance } from '../audit/record.js';
import type { Presented } from '../authn/authenticate.js';
import type { Config } from '../config.js';
import { idOf } from '../domain/ids.js';

const COOKIE = 'fieldgate';

/** Who could be behind a request, before anybody looks: where it came from and what it presented. */
export function readRequest(
  request: Request,
  peer: string | undefined,
  { trustedProxies }: Config,
) {
  const { headers } = request;
  const provenance: Provenance = {
    requestId: uuidv7(),
    ipAddress: clientAddress(headers.get('x-forwarded-for'), peer, trustedProxies),
    userAgent: headers.get('user-agent') ?? undefined,
  };
  const actAs = headers.get('x-act-as');
  const reason = headers.get('x-act-reason');
  const presented: Presented = {
    text: credentialOf(headers.get('authorization')) ?? cookieOf(request, trustedProxies),
    ...(actAs !== null && { actAs: idOf('User', actAs) }),
    ...(reason !== null && { reason: utf8(reason) }),
  };
  return { provenance, presented };
}

/**
 * The text of a Bearer credential (RFC 6750), or the one whose two parts came as user name and password (RFC 7617);
 * another scheme is presented as a credential that is none of ours.
 */
export function credentialOf(authorization: string | null): string | undefined {
  if (authorization === null) return undefined;
  const [, scheme = '', text = ''] = /^(Bearer|Basic) +(\S+) *$/i.exec(authorization) ?? [];
  return scheme.toLowerCase() === 'basic' ? (keyIn(text) ?? '') : text;
}

/** A key whose id and secret came apart; parted elsewhere, or written otherwise in Base64, it is none. */
function keyIn(text: string): string | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) return undefined;
  const [, keyId, secret] = /^(fg[kp]_[0-9a-f]{32}):([\w-]+)$/.exec(bytes.toString()) ?? [];
  return keyId && secret && `${keyId}_${secret}`;
}

/** A header's bytes are read as Latin-1, but people write UTF-8. */
function utf8(header: string): string {
  return Buffer.from(header, 'latin1').toString();
}

function cookieOf(request: Request, trustedProxies: number): string | undefined {
  const header = request.headers.get('cookie');
  const name = cookieName(isSecure(request, trustedProxies));
  return header === null ? undefined : parse(header, name)[name];
}

/** Over https the name's prefix keeps other hosts and plain http from setting it (RFC 6265bis, 4.1.3.2). */
export function cookieName(secure: boolean): string {
  return secure ? `__Host-${COOKIE}` : COOKIE;
}

/** Whether the browser talks https: to us, or to the proxy in front of us. */
export function isSecure(request: Request, trustedProxies: number): boolean {
  const forwarded = trustedProxies > 0 ? request.headers.get('x-forwarded-proto') : null;
  return (forwarded ?? new URL(request.url).protocol).startsWith('https');
}

/** Each trusted proxy appended the address it saw; further left stands what anybody could have written. */
function clientAddress(forwarded: string | null, peer: string | undefined, trustedProxies: number) {
  const hops = forwarded?.split(',').map((hop) => hop.trim()) ?? [];
  return (trustedProxies > 0 && hops.at(-trustedProxies)) || peer;
}
