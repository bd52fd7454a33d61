import { html } from 'hono/html';

type Html = ReturnType<typeof html>;

interface Layout {
  readonly title: string;
  readonly icon: string;
  readonly styles: readonly string[];
  /** Run in this order, after the page is there. */
  readonly scripts: readonly string[];
  /** The class of the body. */
  readonly kind: 'page' | 'explorer';
  readonly body: Html;
}

export function layout({ title, icon, styles, scripts, kind, body }: Layout): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="${icon}" type="image/svg+xml" />
        ${styles.map((href) => html`<link rel="stylesheet" href="${href}" />`)}
        ${scripts.map((src) => html`<script defer src="${src}"></script>`)}
      </head>
      <body class="${kind}">
        ${body}
      </body>
    </html>`;
}

export const needsScript = html`<noscript>
  <p class="alert">Fieldgate’s pages need JavaScript. The API does not.</p>
</noscript>`;
