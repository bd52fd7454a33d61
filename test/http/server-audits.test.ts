import { serverAudits } from 'graphql-http';
import { expect, test } from 'vitest';

import { workspace } from '../support/world.js';

test('a signed-in client finds GraphQL over HTTP as it is specified, in all 61 points', async () => {
  const ada = await (await workspace()).person();
  const fetchFn = (url: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(ada.headers)) headers.set(name, value);
    return ada.app.fetch(new Request(url, { ...init, headers }), { address: '192.0.2.7' });
  };
  const audits = serverAudits({ url: 'http://gateway.test/graphql', fetchFn });
  const failed: string[] = [];
  for (const audit of audits) {
    const result = await audit.fn();
    if (result.status !== 'ok') failed.push(`${result.id} ${result.name}: ${result.reason}`);
  }
  console.log(`graphql-http serverAudits: ${audits.length - failed.length} of ${audits.length}`);
  expect(failed).toEqual([]);
  expect(audits).toHaveLength(61);
});
