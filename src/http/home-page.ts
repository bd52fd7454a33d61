import { html } from 'hono/html';

import type { DemoAccount, DemoPerson } from './demo-people.js';
import { needsScript } from './page-layout.js';
import type { Person } from './person.js';

interface Home {
  readonly person: Person | undefined;
  /** Why a credential that came along is no good. */
  readonly notice: string | undefined;
  /** Whom to sign in as with one click; nobody: a form asks. */
  readonly demo: readonly DemoAccount[];
  readonly demoPassword: string;
  readonly icon: string;
}

export function home({ person, notice, demo, demoPassword, icon }: Home) {
  return html`<header class="masthead">
      <a class="brand" href="/"><img src="${icon}" alt="" width="28" height="28" />Fieldgate</a>
      <nav class="actions">
        <a href="/access">Who may do what</a> <a href="/graphql">GraphiQL</a>
      </nav>
    </header>
    <main>
      ${needsScript} ${person && signedIn(person)}
      ${!person && notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
      ${demo.length > 0 ? chooser(demo, demoPassword, person) : form(person)}
    </main>`;
}

function signedIn({ name, account, roles }: Person) {
  return html`<section class="signed-in" aria-label="Signed in">
    <p>
      You are signed in as <strong>${name}</strong><br />
      <span class="quiet">${account} · ${roles}</span>
    </p>
    <p class="actions">
      <a class="button" href="/graphql">Continue to GraphiQL</a>
      <button type="button" class="button plain" data-sign-out>Sign out</button>
    </p>
  </section>`;
}

const alert = html`<p class="alert" role="alert"></p>`;

function chooser(accounts: readonly DemoAccount[], password: string, person: Person | undefined) {
  return html`<h1>${person ? 'Or be somebody else' : 'Who do you want to be?'}</h1>
    <p class="lede">
      These are the people of the demo. Each sees and may do what their roles allow, down to single
      fields. One click signs you in and opens GraphiQL with examples that suit them.
    </p>
    ${alert}
    ${accounts.map(
      ({ name, people }) =>
        html`<section>
          <h2>${name}</h2>
          <ul class="people">
            ${people.map((one) => html`<li>${signInAs(one, password)}</li>`)}
          </ul>
        </section>`,
    )}`;
}

function signInAs({ name, email, account, roles }: DemoPerson, password: string) {
  return html`<form method="post" data-sign-in>
    <input type="hidden" name="email" value="${email}" />
    <input type="hidden" name="account" value="${account}" />
    <input type="hidden" name="password" value="${password}" />
    <button class="person">
      <span class="unseen">Sign in as </span><strong>${name}</strong>
      <span class="quiet">${roles}</span>
    </button>
  </form>`;
}

function form(person: Person | undefined) {
  return html`<h1>${person ? 'Sign in as somebody else' : 'Sign in'}</h1>
    <form method="post" class="card" data-sign-in>
      ${alert}
      <label for="email">E-mail</label>
      <input
        id="email"
        name="email"
        type="email"
        autocomplete="username"
        required
        maxlength="254"
      />
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        required
      />
      <label for="account">Account <span class="quiet">(optional)</span></label>
      <input
        id="account"
        name="account"
        autocomplete="organization"
        autocapitalize="none"
        spellcheck="false"
        aria-describedby="account-hint"
      />
      <p id="account-hint" class="quiet hint">
        The short name of your account, if you belong to several.
      </p>
      <button class="button">Sign in</button>
      <p class="quiet"><a href="/password-reset">I forgot my password</a></p>
    </form>`;
}

export function masthead(icon: string) {
  return html`<header class="masthead">
    <a class="brand" href="/"><img src="${icon}" alt="" width="28" height="28" />Fieldgate</a>
  </header>`;
}

export function message(title: string, text: string, icon: string) {
  return html`${masthead(icon)}
    <main>
      <h1>${title}</h1>
      <p class="lede">${text}</p>
      <p><a href="/">Go to the start page</a></p>
    </main>`;
}
