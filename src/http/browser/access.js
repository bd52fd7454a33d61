// The access matrix: a search, and the column of one person, service account or key.
const OWN = `query Own { me { permissions subject { id name } apiKeys { id name } } }`;
const PEOPLE = `query People($after: String) { users(first: 100, after: $after) { pageInfo { hasNextPage endCursor } edges { node { id name } } } }`;
const PROGRAMS = `query Programs($after: String) { serviceAccounts(first: 100, after: $after) { pageInfo { hasNextPage endCursor } edges { node { id name accessKeys { id name } } } } }`;
const COLUMN = `query Column($id: ID!) { accessMatrix(principalId: $id) { principalName rows { coordinate principal { outcome on } } } }`;
/** Whoever has more of them looks for one in GraphiQL. */
const MOST_PAGES = 10;

/** @typedef {{ id: string, name: string }} Named */
/** @typedef {{ outcome: string, on: string[] }} Cell */
/** @typedef {{ coordinate: string, principal: Cell | null }} Row */
/**
 * @template Node
 * @typedef {{ pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: { node: Node }[] }} Page
 */

/**
 * What comes back, each only of the operation that asks for it, and null of what is refused.
 * @typedef {object} Data
 * @property {{ permissions: string[], subject: Named | null, apiKeys: Named[] | null } | null} me
 * @property {Page<Named> | null} users
 * @property {Page<Named & { accessKeys: Named[] | null }> | null} serviceAccounts
 * @property {{ principalName: string | null, rows: Row[] } | null} accessMatrix
 */

/** @type {HTMLInputElement | null} */
const search = document.querySelector('[data-search]');
/** @type {HTMLSelectElement | null} */
const select = document.querySelector('[data-principal]');
const count = document.querySelector('[data-count]');
const alertBox = document.querySelector('[role=alert]');
/** @type {NodeListOf<HTMLTableRowElement>} */
const rows = document.querySelectorAll('.matrix tbody tr');
const lines = [...rows].map((row) => {
  const head = row.querySelector('th');
  return {
    row,
    coordinate: head?.querySelector('code')?.textContent ?? '',
    text: (head?.textContent ?? '').toLowerCase(),
    cell: row.querySelector('td'),
  };
});

function filter() {
  const words = (search?.value ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { row, text } of lines) {
    const fits = words.every((word) => text.includes(word));
    row.hidden = !fits;
    if (fits) shown += 1;
  }
  if (count) count.textContent = `${shown} of ${lines.length} fields`;
}

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
  const result = /** @type {{ data?: Data, errors?: { message: string }[] } | undefined} */ (
    await response?.json().catch(() => undefined)
  );
  if (!result) throw new Error('Fieldgate does not answer. Try again in a moment.');
  if (!result.data) throw new Error(result.errors?.[0]?.message ?? 'Fieldgate has no answer.');
  return result.data;
}

/**
 * All pages of a list, as far as it may be read.
 * @template Node
 * @param {string} query
 * @param {(data: Data) => Page<Node> | null} pageIn
 */
async function everyPage(query, pageIn) {
  /** @type {Node[]} */
  const nodes = [];
  /** @type {string | null} */
  let after = null;
  for (let at = 0; at < MOST_PAGES; at += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each page starts where the last one ended
    const page = pageIn(await ask(query, { after }));
    if (!page) break;
    nodes.push(...page.edges.map(({ node }) => node));
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  return nodes;
}

/**
 * @param {string} label
 * @param {Named[]} choices
 */
function offer(label, choices) {
  if (choices.length === 0) return;
  const group = document.createElement('optgroup');
  group.label = label;
  group.append(...choices.map(({ id, name }) => new Option(name, id)));
  select?.append(group);
}

/** Whom the signed-in person may look at: themselves, and if they govern everybody. */
async function fillList() {
  const { me } = await ask(OWN);
  /** @type {HTMLOptionElement | null | undefined} */
  const own = select?.querySelector('[data-own]');
  if (own) own.value = me?.subject?.id ?? '';
  offer('Your API keys', me?.apiKeys ?? []);
  if (!me?.permissions.includes('governance:read')) return;
  const [people, programs] = await Promise.all([
    everyPage(PEOPLE, ({ users }) => users),
    everyPage(PROGRAMS, ({ serviceAccounts }) => serviceAccounts),
  ]);
  offer(
    'People',
    people.filter(({ id }) => id !== me.subject?.id),
  );
  offer('Service accounts', programs);
  offer(
    'Access keys',
    programs.flatMap(({ name, accessKeys }) =>
      (accessKeys ?? []).map((key) => ({ id: key.id, name: `${name}: ${key.name}` })),
    ),
  );
}

/**
 * Shows the column of somebody; without a name, none.
 * @param {string | null} name
 * @param {Row[]} found
 */
function show(name, found) {
  /** @type {HTMLElement | null} */
  const head = document.querySelector('[data-theirs]');
  if (head) {
    head.hidden = name === null;
    head.textContent = name;
  }
  const cells = new Map(found.map(({ coordinate, principal }) => [coordinate, principal]));
  for (const { coordinate, cell } of lines) {
    if (!cell) continue;
    const said = cells.get(coordinate);
    const outcome = said?.outcome.toLowerCase() ?? '';
    cell.hidden = name === null;
    cell.className = `theirs ${outcome}`;
    cell.textContent = outcome;
    if (!said || said.on.length === 0) continue;
    const reasons = document.createElement('small');
    reasons.textContent = said.on.join('; ');
    cell.append(reasons);
  }
}

/** @type {number} */
let asked = 0;

async function choose() {
  asked += 1;
  const turn = asked;
  const id = select?.value;
  if (alertBox) alertBox.textContent = '';
  const matrix = id ? (await ask(COLUMN, { id })).accessMatrix : null;
  // Somebody else was chosen meanwhile.
  if (turn !== asked) return;
  show(matrix?.principalName ?? null, matrix?.rows ?? []);
}

/** @param {unknown} error */
function explain(error) {
  if (alertBox) alertBox.textContent = error instanceof Error ? error.message : String(error);
}

search?.addEventListener('input', filter);
select?.addEventListener('change', () => void choose().catch(explain));
filter();
if (select) void fillList().catch(explain);
