// Signing in and out on our pages, through the API like everybody else.
const SIGN_IN = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { expiresAt } }`;
const SIGN_OUT = 'mutation SignOut { signOut { sessionId } }';

const alertBox = document.querySelector('[role=alert]');
let busy = false;

/**
 * @param {string} query
 * @param {object} [variables]
 */
async function run(query, variables) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
  }).catch(() => undefined);
  const result = /** @type {{ errors?: { message: string }[] } | undefined} */ (
    await response?.json().catch(() => undefined)
  );
  if (!result) throw new Error('Fieldgate does not answer. Try again in a moment.');
  if (result.errors) throw new Error(result.errors[0]?.message);
}

/** Ends this browser's session; one that is over already is as good. */
async function signOut() {
  await run(SIGN_OUT).catch(() => undefined);
  document.querySelector('.signed-in')?.remove();
}

/** @param {HTMLFormElement} form */
async function signIn(form) {
  if (busy) return;
  busy = true;
  form.setAttribute('aria-busy', 'true');
  if (alertBox) alertBox.textContent = '';
  try {
    // Otherwise the session of whoever was signed in would go on without its browser.
    if (document.querySelector('.signed-in')) await signOut();
    const fields = new FormData(form);
    const account = fields.get('account');
    const input = {
      email: fields.get('email'),
      password: fields.get('password'),
      account: account === '' ? null : account,
      transport: 'COOKIE',
    };
    await run(SIGN_IN, { input });
    location.assign('/graphql');
  } catch (error) {
    explain(form, error instanceof Error ? error.message : String(error));
  } finally {
    busy = false;
    form.removeAttribute('aria-busy');
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {string} message
 */
function explain(form, message) {
  if (alertBox) {
    alertBox.textContent = message;
    alertBox.scrollIntoView({ block: 'nearest' });
  }
  /** @type {HTMLInputElement | null} */
  const password = form.querySelector('[type=password]');
  if (!password) return;
  password.value = '';
  password.focus();
}

/** @type {NodeListOf<HTMLFormElement>} */
const forms = document.querySelectorAll('[data-sign-in]');
for (const form of forms) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void signIn(form);
  });
}

document.querySelector('[data-sign-out]')?.addEventListener('click', async () => {
  await signOut();
  location.assign('/');
});
