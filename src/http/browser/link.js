// What the links of mails lead to: accepting an invitation, and choosing another password.
const PREVIEW = `query InvitationPreview($token: String!) { invitationPreview(token: $token) { accountName email inviterName } }`;
const ACCEPT = `mutation AcceptInvitation($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { email account } }`;
const ASK = `mutation RequestPasswordReset($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { minutes } }`;
const RESET = `mutation ResetPassword($input: ResetPasswordInput!) { resetPassword(input: $input) { signedOut } }`;
const LEAVE = 'mutation Leave { signOut { sessionId } }';
const ENTER = `mutation Enter($input: SignInInput!) { signIn(input: $input) { expiresAt } }`;

const token = location.hash.slice(1);
// Neither the history nor whoever looks at the address keeps it.
if (token) history.replaceState(undefined, '', location.pathname);

/**
 * What comes back, each only of the operation that asks for it.
 * @typedef {object} Data
 * @property {{ accountName: string, email: string, inviterName: string | null } | null} invitationPreview
 * @property {{ email: string, account: string }} acceptInvitation
 * @property {{ minutes: number }} requestPasswordReset
 */

/**
 * @param {string} query
 * @param {object} [variables]
 * @returns {Promise<Data>}
 */
async function ask(query, variables) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
  }).catch(() => undefined);
  const result = /** @type {{ data: Data, errors?: Problem[] } | undefined} */ (
    await response?.json().catch(() => undefined)
  );
  if (!result) throw new Error('Fieldgate does not answer. Try again in a moment.');
  const [problem] = result.errors ?? [];
  if (problem) throw new Error(wordsOf(problem));
  return result.data;
}

/** @typedef {{ message: string, extensions?: { problems?: { message: string }[] } }} Problem */

/** @param {Problem} problem */
function wordsOf({ message, extensions }) {
  return extensions?.problems?.map((each) => each.message).join(' ') ?? message;
}

/**
 * Has a form do this, once at a time, and say what went wrong.
 * @param {string} selector
 * @param {(fields: FormData, form: HTMLFormElement) => Promise<void>} submit
 */
function handle(selector, submit) {
  /** @type {HTMLFormElement | null} */
  const form = document.querySelector(selector);
  const alertBox = form?.querySelector('[role=alert]');
  form?.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (form.hasAttribute('aria-busy')) return;
    form.setAttribute('aria-busy', 'true');
    if (alertBox) alertBox.textContent = '';
    try {
      await submit(new FormData(form), form);
    } catch (error) {
      if (alertBox) alertBox.textContent = error instanceof Error ? error.message : String(error);
    } finally {
      form.removeAttribute('aria-busy');
    }
  });
  return form;
}

/**
 * @param {string} selector
 * @param {string} text
 */
function say(selector, text) {
  const place = document.querySelector(selector);
  if (place) place.textContent = text;
}

const accept = handle('[data-accept]', async (fields) => {
  const password = fields.get('password');
  const input = { token, name: fields.get('name'), password };
  const { acceptInvitation } = await ask(ACCEPT, { input });
  const { email, account } = acceptInvitation;
  // Otherwise the session of whoever was signed in would go on without its browser.
  await ask(LEAVE).catch(() => undefined);
  await ask(ENTER, { input: { email, account, password, transport: 'COOKIE' } });
  location.assign('/graphql');
});

/** @param {HTMLFormElement} form */
async function showInvitation(form) {
  const { invitationPreview: found } = await ask(PREVIEW, { token });
  if (!found) {
    say(
      '[data-invitation]',
      'This link is no longer good: it was used, replaced or revoked, or its time is over. Ask whoever invited you for another.',
    );
    return;
  }
  const inviter = found.inviterName ?? 'Somebody';
  say('[data-invitation]', `${inviter} invites you to join ${found.accountName}.`);
  const email = form.querySelector('[type=email]');
  if (email instanceof HTMLInputElement) email.value = found.email;
  form.hidden = false;
}

if (accept) {
  showInvitation(accept).catch((/** @type {unknown} */ error) => {
    say('[data-invitation]', error instanceof Error ? error.message : String(error));
  });
}

const reset = handle('[data-reset]', async (fields, form) => {
  await ask(RESET, { input: { token, newPassword: fields.get('password') } });
  form.hidden = true;
  say('[data-done]', 'You have another password. Sign in with it on the start page.');
});

const request = handle('[data-ask]', async (fields, form) => {
  const { requestPasswordReset } = await ask(ASK, { input: { email: fields.get('email') } });
  form.hidden = true;
  say(
    '[data-done]',
    `If there is such a person, a mail is on its way. Its link works for ${requestPasswordReset.minutes} minutes.`,
  );
});

const shown = token ? reset : request;
if (shown) shown.hidden = false;
