import { idOf } from '../domain/ids.js';
import { visibleDatasets } from '../domain/visibility.js';
import { builder, reached } from './builder.js';
import { Dataset } from './dataset.js';

/** The payload of a mutation on a dataset: the dataset as it is afterwards. */
export function datasetPayload<Payload extends { datasetId: string } = { datasetId: string }>(
  name: string,
) {
  return builder.objectRef<Payload>(name).implement({
    description: 'The dataset as it is now.',
    authScopes: reached,
    fields: (t) => ({
      dataset: t.prismaField({
        type: Dataset,
        nullable: true,
        description: 'The dataset; null if you can no longer see it.',
        resolve: (query, { datasetId }, _args, { db, principal }) =>
          db.flow.findFirst({
            ...query,
            where: { AND: [{ id: datasetId }, visibleDatasets(principal)] },
          }),
      }),
    }),
  });
}

/** Where the rule of a mutation finds its dataset. */
export function theDataset({ input }: { input: { datasetId: string } }) {
  return { id: idOf('Dataset', input.datasetId) };
}

/** So long a mutation may take that goes through all the rows of a dataset, in milliseconds. */
export const THROUGH_ALL_ROWS = 600_000;
