import { html, raw } from 'hono/html';

import type { AccessCell, RoleColumn, RoleFamily } from '../authz/matrix.js';
import { csvWriter } from '../files/csv-writer.js';
import { needsScript } from './page-layout.js';
import type { Person } from './person.js';

/** A field of the schema, and what the access matrix says of it. */
interface Line {
  readonly coordinate: string;
  readonly type: string;
  readonly field: string;
  readonly rule: string;
  readonly cells: readonly AccessCell[];
}

/** The access matrix of the schema that is served. */
export interface Matrix {
  readonly columns: readonly RoleColumn[];
  readonly lines: readonly Line[];
}

const FAMILIES = {
  account: 'Role in the account',
  dataset: 'Role on the dataset',
  flow: 'Role on the flow',
} as const satisfies Record<RoleFamily, string>;

const families = Object.keys(FAMILIES) as RoleFamily[];

interface AccessPage {
  readonly person: Person | undefined;
  /** Why a credential that came along is no good. */
  readonly notice: string | undefined;
  /** The table, which is the same for everybody. */
  readonly table: string;
  readonly icon: string;
}

export function accessPage({ person, notice, table, icon }: AccessPage) {
  return html`<header class="masthead">
      <a class="brand" href="/"><img src="${icon}" alt="" width="28" height="28" />Fieldgate</a>
      <a href="/graphql">GraphiQL</a>
    </header>
    <main class="wide">
      ${needsScript}
      <h1>Who may do what</h1>
      <p class="lede">
        Every field and mutation, and whether a role can: always, never, or depending on something
        else. A column is of people who are signed in as themselves. A role in the account is their
        only one there, and they may hold any on datasets and flows; a role on a dataset or flow is
        the one they hold on whatever it is about, and in the account they may hold any. What is of
        another kind of flow is never theirs by it.
      </p>
      ${person && html`<p class="quiet">Signed in as <strong>${person.name}</strong></p>`}
      ${!person && notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
      <div class="controls" role="search">
        <label>
          Search
          <input type="search" data-search autocomplete="off" spellcheck="false" maxlength="200" />
        </label>
        ${
          person
            ? html`<label>
                Column of
                <select data-principal>
                  <option value="">nobody in particular</option>
                  <option value="" data-own>${person.name}</option>
                </select>
              </label>`
            : html`<p><a href="/">Sign in</a> to see your own column.</p>`
        }
        <a class="button plain" href="/access.csv" download>Download CSV</a>
        <output class="quiet" data-count></output>
      </div>
      <p class="alert" role="alert"></p>
      <div class="matrix" role="region" aria-label="Access matrix" tabindex="0">${raw(table)}</div>
    </main>`;
}

/** The table as it stands in the page. */
export async function tableOf({ columns, lines }: Matrix): Promise<string> {
  const head = html`<thead>
    <tr>
      <th rowspan="2" scope="col">Field</th>
      <th rowspan="2" scope="col" class="theirs" data-theirs hidden></th>
      ${families.map(
        (family) =>
          html`<th
            colspan="${columns.filter((one) => one.family === family).length}"
            scope="colgroup"
          >
            ${FAMILIES[family]}
          </th>`,
      )}
    </tr>
    <tr>
      ${columns.map(({ name }) => html`<th scope="col">${name}</th>`)}
    </tr>
  </thead>`;
  const rows = lines.map(
    ({ coordinate, rule, cells }) =>
      html`<tr>
        <th scope="row"><code>${coordinate}</code> <span class="quiet">${rule}</span></th>
        <td class="theirs" hidden></td>
        ${cells.map(cellOf)}
      </tr> `,
  );
  return String(
    await html`<table>
      <caption class="unseen">
        Fields by role
      </caption>
      ${head}
      <tbody>
        ${rows}
      </tbody>
    </table>`,
  );
}

function cellOf({ outcome, on }: AccessCell) {
  const kind = outcome.toLowerCase();
  return outcome === 'DEPENDS'
    ? html`<td class="${kind}">depends<small>${on.join('; ')}</small></td>`
    : html`<td class="${kind}">${kind}</td>`;
}

/** The same for spreadsheets. */
export function csvOf({ columns, lines }: Matrix): string {
  const roles = columns.map(({ family, name }) => `${FAMILIES[family]}: ${name}`);
  const writer = csvWriter(
    ['Type', 'Field', 'Rule', ...roles].map((name) => ({ name, isText: true })),
  );
  const rows = lines.map(({ type, field, rule, cells }) => [
    type,
    field,
    rule,
    ...cells.map(wordsOf),
  ]);
  return writer.header() + writer.rows(rows);
}

function wordsOf({ outcome, on }: AccessCell): string {
  return outcome === 'DEPENDS' ? `depends: ${on.join('; ')}` : outcome.toLowerCase();
}
