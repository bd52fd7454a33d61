import { html } from 'hono/html';

import { masthead } from './home-page.js';
import { needsScript } from './page-layout.js';

const alert = html`<p class="alert" role="alert"></p>`;

const newPassword = html`<label for="password">Password</label>
  <input
    id="password"
    name="password"
    type="password"
    autocomplete="new-password"
    required
    minlength="12"
    maxlength="1024"
    aria-describedby="password-hint"
  />
  <p id="password-hint" class="quiet hint">
    At least 12 characters that nobody would guess soon: several words, for example.
  </p>`;

/** Where the link of an invitation leads. What it carries stays in the browser, which fills in who invites whom. */
export function invitationPage(icon: string) {
  return html`${masthead(icon)}
    <main>
      ${needsScript}
      <h1>You are invited</h1>
      <p class="lede" data-invitation role="status">Looking at your invitation …</p>
      <form method="post" class="card" data-accept hidden>
        ${alert}
        <label for="email">E-mail</label>
        <input id="email" type="email" autocomplete="username" readonly />
        <label for="name">Your name</label>
        <input id="name" name="name" autocomplete="name" required maxlength="200" />
        ${newPassword}
        <button class="button">Accept and join</button>
      </form>
    </main>`;
}

/** Where the link of a forgotten password leads; without one, a form asks where to send it. */
export function passwordResetPage(icon: string) {
  return html`${masthead(icon)}
    <main>
      ${needsScript}
      <h1>Choose another password</h1>
      <p class="lede" data-done role="status"></p>
      <form method="post" class="card" data-reset hidden>
        ${alert} ${newPassword}
        <button class="button">Take this password</button>
      </form>
      <form method="post" class="card" data-ask hidden>
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
        <button class="button">Send me a link</button>
      </form>
      <p><a href="/">Go to the start page</a></p>
    </main>`;
}
