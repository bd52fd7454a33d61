import { html } from 'hono/html';

import type { Assets } from './assets.js';
import type { Tab } from './examples.js';
import { needsScript } from './page-layout.js';
import type { Person } from './person.js';

export interface Graphiql {
  readonly style: string;
  readonly script: string;
  readonly workers: Readonly<Record<string, string>>;
}

/** It is 9 MB large, so it is loaded for the first who asks. */
export async function loadGraphiql(assets: Assets): Promise<Graphiql> {
  const { css, js, editorWorkerService, jsonWorker, graphqlWorker } =
    await import('@graphql-yoga/render-graphiql/graphiql');
  return {
    style: assets.add('graphiql.css', css),
    script: assets.add('graphiql.js', js),
    workers: {
      editorWorkerService: assets.add('graphiql-editor.js', editorWorkerService),
      json: assets.add('graphiql-json.js', jsonWorker),
      graphql: assets.add('graphiql-graphql.js', graphqlWorker),
    },
  };
}

interface Explorer {
  readonly person: Person | undefined;
  readonly notice: string | undefined;
  readonly tabs: readonly Tab[];
  readonly graphiql: Graphiql;
  readonly icon: string;
}

export function explorer({ person, notice, tabs, graphiql, icon }: Explorer) {
  const options = { owner: person?.id ?? 'nobody', tabs, workers: graphiql.workers };
  return html`<header class="bar">
      <a class="brand" href="/"><img src="${icon}" alt="" width="20" height="20" />Fieldgate</a>
      ${person ? signedIn(person) : nobody(notice)}
    </header>
    <p class="hint">
      With the header <code>{ "X-Authz-Dry-Run": "1" }</code> an operation is answered with what
      would be refused.
    </p>
    ${needsScript}
    <main id="graphiql" data-options="${JSON.stringify(options)}"></main>`;
}

function signedIn({ name, account, roles }: Person) {
  return html`<p class="signed-in">
      Signed in as <strong>${name}</strong> <span class="quiet">· ${account} · ${roles}</span>
    </p>
    <a href="/">Change person</a>
    <button type="button" class="button plain" data-sign-out>Sign out</button>`;
}

function nobody(notice = 'Nobody is signed in.') {
  return html`<p>${notice}</p>
    <a href="/">Sign in</a>`;
}
