import { expect, test } from 'vitest';

import { createClient } from '../support/client.js';
import { GetDataset, RenameDataset } from '../support/operations.js';
import { world } from '../support/world.js';

test('the typed client knows its variables and what it gets', async () => {
  const { admin, dataset } = await world();
  const run = createClient('http://gateway.test/graphql', admin.headers, (url, init) =>
    admin.app.fetch(new Request(url, init), { address: '192.0.2.7' }),
  );
  const { data, errors } = await run(GetDataset, { id: dataset.id });
  expect(errors).toBeUndefined();
  expect(data?.dataset?.name).toBe(dataset.name);

  const input = { datasetId: dataset.id, name: 'Renamed' };
  const renamed = await run(RenameDataset, { input });
  expect(renamed.data?.renameDataset?.dataset?.name).toBe('Renamed');
  // @ts-expect-error -- the variable is missing, and the compiler says so.
  expect((await run(GetDataset, {})).errors?.[0]?.extensions.code).toBe('BAD_REQUEST');
});
