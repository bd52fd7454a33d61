import type { Answer } from './client.js';
import type { Stage } from './dataset-stage.js';
import {
  AddDatasetField,
  AddDatasetMember,
  AddDatasetRows,
  DeleteDataset,
  DescribeDataset,
  DuplicateDataset,
  ExportDataset,
  GetDataset,
  GetDatasetMembers,
  GetDatasetSettings,
  GetShareSettings,
  ListDatasets,
  ListFields,
  ListRows,
  MoveDatasetField,
  ReadHistory,
  RemoveDatasetField,
  RemoveDatasetRows,
  RenameDataset,
  UpdateDatasetField,
  UpdateDatasetRows,
  UpdateDatasetSettings,
} from './operations.js';
import { globalId } from './world.js';

/** How an operation, or a chain of them, ended. */
export interface Outcome {
  readonly errors: NonNullable<Answer<unknown>['errors']>;
  /** Whether what was to be done, or seen, is there. */
  readonly isDone: boolean;
}

/** Something that people do in a dataset, by real operations. */
export interface Act {
  /** What they do, in words that go on after “allowed” or “refused”. */
  readonly words: string;
  /** What has to be there before. */
  prepare?(stage: Stage): Promise<unknown>;
  run(stage: Stage): Promise<Outcome>;
  /** What a refusal must name if the role allows it under a condition that is not met. */
  readonly names?: string;
}

/** Looks whether it is done unless it was refused. */
export async function outcomeOf(
  { errors = [] }: Pick<Answer<unknown>, 'errors'>,
  look: () => Promise<boolean> | boolean,
): Promise<Outcome> {
  return { errors, isDone: errors.length === 0 && (await look()) };
}

/** Whether they are the same, whatever their order. */
function areEqual(some: readonly string[] | undefined, others: readonly string[]): boolean {
  return some?.toSorted().join('\n') === others.toSorted().join('\n');
}

export async function namesOfRows({ keeper, dataset: { id } }: Stage): Promise<string[]> {
  const { data } = await keeper.run(ListRows, { id });
  return data?.dataset?.rows?.edges.map(({ node }) => String(node.values['name'])) ?? [];
}

export async function keysOfFields({ keeper, dataset: { id } }: Stage): Promise<string[]> {
  const { data } = await keeper.run(ListFields, { id });
  return data?.dataset?.fields.map(({ key }) => key) ?? [];
}

export const settings: readonly Act[] = [
  {
    words: 'to change the settings',
    async run({ actor, keeper, dataset: { id } }) {
      const input = { datasetId: id, printPolicy: 'NOBODY' as const };
      return outcomeOf(await actor.run(UpdateDatasetSettings, { input }), async () => {
        const { data } = await keeper.run(GetDatasetSettings, { id });
        return data?.dataset?.settings?.printPolicy === 'NOBODY';
      });
    },
  },
  {
    words: 'to see the settings',
    async run({ actor, dataset: { id } }) {
      const result = await actor.run(GetDatasetSettings, { id });
      return outcomeOf(result, () => result.data?.dataset?.settings?.exportPolicy === 'EVERY_ROLE');
    },
  },
];

export const history: readonly Act[] = [
  {
    words: 'to read the history',
    prepare: ({ keeper, dataset: { id } }) =>
      keeper.run(DescribeDataset, { input: { datasetId: id, description: 'For the history.' } }),
    async run({ actor, dataset: { id } }) {
      const result = await actor.run(ReadHistory, { id });
      const changes = result.data?.dataset?.history?.edges ?? [];
      return outcomeOf(result, () =>
        changes.some(({ node }) => node.action === 'DATASET_DESCRIBED'),
      );
    },
  },
];

export const deletion: readonly Act[] = [
  {
    words: 'to delete it',
    async run({ actor, keeper, dataset: { id, name } }) {
      const result = await actor.run(DeleteDataset, { input: { datasetId: id, name } });
      return outcomeOf(result, async () => {
        const { errors } = await keeper.run(GetDataset, { id });
        return errors?.[0]?.extensions.code === 'NOT_FOUND';
      });
    },
  },
];

export const duplication: readonly Act[] = [
  {
    words: 'to duplicate it',
    async run({ actor, dataset }) {
      const input = { datasetId: dataset.id, name: `${dataset.name} again`, withRows: true };
      const result = await actor.run(DuplicateDataset, { input });
      const copy = result.data?.duplicateDataset?.dataset;
      return outcomeOf(result, async () => {
        const { data } = await actor.run(GetDataset, { id: copy?.id ?? '' });
        return data?.dataset?.name === input.name && copy?.rows?.totalCount === 2;
      });
    },
  },
];

export const looking: readonly Act[] = [
  {
    words: 'to open it',
    async run({ actor, dataset: { id, name } }) {
      const result = await actor.run(GetDataset, { id });
      return outcomeOf(result, () => result.data?.dataset?.name === name);
    },
  },
  {
    words: 'to see its rows',
    async run({ actor, dataset: { id } }) {
      const result = await actor.run(ListRows, { id });
      return outcomeOf(result, () => result.data?.dataset?.rows?.totalCount === 2);
    },
  },
  {
    words: 'to find it in the list',
    async run({ actor, dataset: { name } }) {
      const result = await actor.run(ListDatasets, { filter: { search: name } });
      return outcomeOf(result, () => result.data?.datasets?.totalCount === 1);
    },
  },
];

export const sharing: readonly Act[] = [
  {
    words: 'to open the share settings',
    async run({ actor, dataset: { id } }) {
      const result = await actor.run(GetShareSettings, { id });
      const shown = result.data?.dataset?.shareSettings;
      return outcomeOf(
        result,
        () => shown?.openedByOverride === false && result.extensions?.['overrides'] === undefined,
      );
    },
  },
];

/** What the star of a cell stands for. */
export const sharingByOverride: Act = {
  words: 'to open the share settings as a Super Admin who is a Viewer, marked as override',
  prepare: ({ keeper, superAdmin, dataset: { id } }) =>
    keeper.run(AddDatasetMember, {
      input: {
        datasetId: id,
        granteeId: globalId('User', superAdmin.id),
        role: 'VIEWER',
      },
    }),
  async run({ superAdmin, dataset: { id } }) {
    const { data } = await superAdmin.run(GetDataset, { id });
    const result = await superAdmin.run(GetShareSettings, { id });
    const mark = { dataset: id, permissions: ['dataset:share'], via: 'SUPER_ADMIN_OVERRIDE' };
    return outcomeOf(
      result,
      () =>
        data?.dataset?.access.role === 'VIEWER' &&
        result.data?.dataset?.shareSettings?.openedByOverride === true &&
        JSON.stringify(result.extensions?.['overrides']) === JSON.stringify([mark]),
    );
  },
};

export const exporting: readonly Act[] = [
  {
    words: 'to export it and fetch the file',
    async run({ actor, dataset: { id } }) {
      const result = await actor.run(ExportDataset, { input: { datasetId: id } });
      if (result.errors) return { errors: result.errors, isDone: false };
      const response = await actor.fetch(result.data?.exportDataset?.download.url ?? '/');
      const text = await response.text();
      const refused = response.ok ? {} : (JSON.parse(text) as Answer<unknown>);
      const lines = ['Name,Price', 'Lamp,20', 'Chair,90'];
      return outcomeOf(refused, () => areEqual(text.trim().split('\r\n'), lines));
    },
  },
];

export const members: readonly Act[] = [
  {
    words: 'to see the members',
    async run({ actor, keeper, dataset: { id } }) {
      const result = await actor.run(GetDatasetMembers, { id });
      const edges = result.data?.dataset?.members?.edges ?? [];
      return outcomeOf(result, () =>
        edges.some(({ node }) => 'email' in node.grantee && node.grantee.email === keeper.email),
      );
    },
  },
];

export const filtering: readonly Act[] = [
  {
    words: 'to filter the rows',
    async run({ actor, dataset: { id } }) {
      const filter = { field: 'name', equals: 'Chair' };
      const result = await actor.run(ListRows, { id, filter });
      const names = result.data?.dataset?.rows?.edges.map(({ node }) =>
        String(node.values['name']),
      );
      return outcomeOf(result, () => areEqual(names, ['Chair']));
    },
  },
];

export const rows: readonly Act[] = [
  {
    words: 'to add rows',
    async run(stage) {
      const input = { datasetId: stage.dataset.id, rows: [{ name: 'Sofa' }] };
      return outcomeOf(await stage.actor.run(AddDatasetRows, { input }), async () =>
        (await namesOfRows(stage)).includes('Sofa'),
      );
    },
  },
  {
    words: 'to change rows',
    async run(stage) {
      const edit = { id: stage.rows.lamp, version: 1, values: { name: 'Lantern' } };
      const input = { datasetId: stage.dataset.id, rows: [edit] };
      return outcomeOf(await stage.actor.run(UpdateDatasetRows, { input }), async () =>
        (await namesOfRows(stage)).includes('Lantern'),
      );
    },
  },
  {
    words: 'to remove rows',
    async run(stage) {
      const input = { datasetId: stage.dataset.id, rows: [{ id: stage.rows.chair }] };
      return outcomeOf(
        await stage.actor.run(RemoveDatasetRows, { input }),
        async () => !(await namesOfRows(stage)).includes('Chair'),
      );
    },
  },
];

const removeField: Act = {
  words: 'to remove a field',
  async run(stage) {
    const input = { datasetId: stage.dataset.id, fieldId: stage.fields.price };
    return outcomeOf(
      await stage.actor.run(RemoveDatasetField, { input }),
      async () => !(await keysOfFields(stage)).includes('price'),
    );
  },
};

export const editingFields: readonly Act[] = [
  {
    words: 'to change a field',
    async run({ actor, keeper, dataset: { id }, fields }) {
      const input = { datasetId: id, fieldId: fields.name, helpText: 'As on the label.' };
      return outcomeOf(await actor.run(UpdateDatasetField, { input }), async () => {
        const { data } = await keeper.run(ListFields, { id });
        return data?.dataset?.fields[0]?.helpText === input.helpText;
      });
    },
  },
  removeField,
];

export const writingFields: readonly Act[] = [
  {
    words: 'to add a field',
    async run(stage) {
      const input = { datasetId: stage.dataset.id, name: 'Colour', type: 'TEXT' as const };
      return outcomeOf(await stage.actor.run(AddDatasetField, { input }), async () =>
        (await keysOfFields(stage)).includes('colour'),
      );
    },
  },
  {
    words: 'to move a field',
    async run(stage) {
      const input = { datasetId: stage.dataset.id, fieldId: stage.fields.price, position: 0 };
      return outcomeOf(
        await stage.actor.run(MoveDatasetField, { input }),
        async () => (await keysOfFields(stage))[0] === 'price',
      );
    },
  },
  removeField,
];

export const renaming: readonly Act[] = [
  {
    words: 'to rename it',
    async run({ actor, keeper, dataset: { id, name } }) {
      const input = { datasetId: id, name: `Renamed ${name}` };
      return outcomeOf(await actor.run(RenameDataset, { input }), async () => {
        const { data } = await keeper.run(GetDataset, { id });
        return data?.dataset?.name === input.name;
      });
    },
  },
];

export const describing: readonly Act[] = [
  {
    words: 'to describe it',
    async run({ actor, keeper, dataset: { id } }) {
      const input = { datasetId: id, description: 'What stands in the rooms.' };
      return outcomeOf(await actor.run(DescribeDataset, { input }), async () => {
        const { data } = await keeper.run(GetDataset, { id });
        return data?.dataset?.description === input.description;
      });
    },
  },
];
