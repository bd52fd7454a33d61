import { isPermission, type Permission } from '../authz/permissions.js';
import type { Wanted } from '../domain/access-token.js';
import { refused, type Form } from './oauth-form.js';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const JWT = 'urn:ietf:params:oauth:token-type:jwt';

/** What a token exchange asks for (RFC 8693 §2.1). Throws INVALID_INPUT for the first parameter that is wrong. */
export function wantedOf(form: Form, header: string | undefined): Wanted {
  const grantType = form.get('grant_type');
  if (grantType === undefined) throw refused('form', 'grant_type is missing.');
  if (grantType !== EXCHANGE) throw refused('grant_type', `Only ${EXCHANGE} is supported.`);
  assertSubject(form, header);
  if (form.has('actor_token') || form.has('actor_token_type')) {
    throw refused('actor_token', 'The key is the actor: name the person in the header X-Act-As.');
  }
  if (form.has('resource')) {
    throw refused('resource', 'Name the service as audience; resource is not supported.');
  }
  if (![undefined, JWT, ACCESS_TOKEN].includes(form.get('requested_token_type'))) {
    throw refused('requested_token_type', `Leave requested_token_type out, or ask for ${JWT}.`);
  }
  return { audience: audienceOf(form), scope: scopeOf(form) };
}

/** One key and one only, whether it came in the header, in the form, or in both. */
function assertSubject(form: Form, header: string | undefined): void {
  const subject = form.get('subject_token');
  if (header !== undefined && subject !== undefined && subject !== header) {
    throw refused('subject_token', 'subject_token is not the key of the Authorization header.');
  }
  const type = form.get('subject_token_type');
  if (type === ACCESS_TOKEN || (type === undefined && subject === undefined)) return;
  throw refused('subject_token_type', `subject_token_type must be ${ACCESS_TOKEN}.`);
}

function audienceOf(form: Form): string {
  const audience = form.get('audience');
  if (audience === undefined) throw refused('audience', 'audience is missing.');
  if (/^[!-~]{1,200}$/.test(audience)) return audience;
  throw refused('audience', 'audience takes 1 to 200 printable ASCII characters without spaces.');
}

function scopeOf(form: Form): ReadonlySet<Permission> | undefined {
  const names = form.get('scope')?.split(' ');
  if (!names) return undefined;
  if (names.every(isPermission)) return new Set(names);
  throw refused('scope', 'scope takes permissions such as dataset:read, one space between them.');
}
