import { argv } from 'node:process';

import { register } from 'tsx/esm/api';

// Node 20 takes no loader for a thread from its arguments, and does not hand down that of the main thread.
register();
// oxlint-disable-next-line typescript/no-unsafe-member-access -- outside of TypeScript, Node has no types
await import(String(argv[2]));
