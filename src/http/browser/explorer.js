// Starts GraphiQL with the tabs that suit whoever is signed in.
const root = /** @type {HTMLElement} */ (document.querySelector('#graphiql'));
const { owner, tabs, workers } =
  /** @type {{ owner: string, tabs: object[], workers: Record<string, string> }} */ (
    JSON.parse(root.dataset['options'] ?? '{}')
  );

Object.assign(globalThis, {
  MonacoEnvironment: {
    globalAPI: false,
    /**
     * @param {string} _module
     * @param {string} label
     */
    getWorkerUrl: (_module, label) => workers[label],
  },
});

// Each person has tabs and a history of their own, also where several use one browser.
const prefix = `fieldgate:${owner}:`;
const ownKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix));
const storage = {
  /** @param {string} key */
  getItem: (key) => localStorage.getItem(prefix + key),
  /**
   * @param {string} key
   * @param {string} value
   */
  setItem: (key, value) => localStorage.setItem(prefix + key, value),
  /** @param {string} key */
  removeItem: (key) => localStorage.removeItem(prefix + key),
  clear: () => ownKeys().forEach((key) => localStorage.removeItem(key)),
  get length() {
    return ownKeys().length;
  },
};

const { YogaGraphiQL } =
  /** @type {{ YogaGraphiQL: { renderYogaGraphiQL(root: HTMLElement, options: object): void } }} */ (
    /** @type {unknown} */ (globalThis)
  );
YogaGraphiQL.renderYogaGraphiQL(root, {
  endpoint: '/graphql',
  credentials: 'same-origin',
  title: '',
  logo: '',
  defaultTabs: tabs,
  storage,
  // Headers can carry credentials, and the address is kept in histories and logs.
  shouldPersistHeaders: false,
  onEditQuery: () => undefined,
});
