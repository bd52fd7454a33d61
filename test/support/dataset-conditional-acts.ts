import type { Answer } from './client.js';
import { keysOfFields, namesOfRows, outcomeOf, type Act, type Outcome } from './dataset-acts.js';
import type { Stage } from './dataset-stage.js';
import type { DatasetRole } from './generated/graphql.js';
import {
  AddDatasetMember,
  ChangeDatasetMemberRole,
  CreateDatasetView,
  DeleteDatasetView,
  GetDatasetMembers,
  ListViews,
  RemoveDatasetMember,
  RunDatasetImport,
  StartDatasetImport,
  UpdateDatasetView,
} from './operations.js';
import { globalId } from './world.js';

/** What a role may do under a condition: within it, and beyond it. */
export interface ActsByCondition {
  readonly within: readonly Act[];
  readonly beyond: readonly Act[];
}

async function viewsOf({ keeper, dataset: { id } }: Stage) {
  const { data } = await keeper.run(ListViews, { id });
  return data?.dataset?.views ?? [];
}

type Whose = keyof Stage['views'];

const WHOSE = { own: 'a view of their own', another: 'somebody else’s view' } as const;

function changingView(whose: Whose): readonly Act[] {
  return [
    {
      words: `to edit ${WHOSE[whose]}`,
      async run(stage) {
        const input = {
          datasetId: stage.dataset.id,
          viewId: stage.views[whose],
          name: `Edited ${whose}`,
        };
        return outcomeOf(await stage.actor.run(UpdateDatasetView, { input }), async () =>
          (await viewsOf(stage)).some(({ name }) => name === input.name),
        );
      },
    },
    {
      words: `to delete ${WHOSE[whose]}`,
      async run(stage) {
        const viewId = stage.views[whose];
        const input = { datasetId: stage.dataset.id, viewId };
        return outcomeOf(await stage.actor.run(DeleteDatasetView, { input }), async () =>
          (await viewsOf(stage)).every(({ id }) => id !== viewId),
        );
      },
    },
  ];
}

export const savedViews: ActsByCondition = {
  within: [
    {
      words: 'to create a view',
      async run(stage) {
        const input = { datasetId: stage.dataset.id, name: 'A new view' };
        return outcomeOf(await stage.actor.run(CreateDatasetView, { input }), async () =>
          (await viewsOf(stage)).some(({ name }) => name === input.name),
        );
      },
    },
    ...changingView('own'),
  ],
  beyond: changingView('another'),
};

/** All views are listed; this is about the configuration of one of them. */
function seeingConfiguration(whose: Whose): readonly Act[] {
  return [
    {
      words: `to see the configuration of ${WHOSE[whose]}`,
      async run({ actor, dataset: { id }, views }) {
        const { data, errors } = await actor.run(ListViews, { id });
        const listed = data?.dataset?.views ?? [];
        const at = listed.findIndex((view) => view.id === views[whose]);
        const here = errors?.filter(({ path }) => !path || path[2] === undefined || path[2] === at);
        const order = listed[at]?.configuration?.orderBy;
        return outcomeOf(
          { ...(here && { errors: here }) },
          () => order?.length === 1 && order[0]?.field === 'name',
        );
      },
    },
  ];
}

export const configurations: ActsByCondition = {
  within: seeingConfiguration('own'),
  beyond: seeingConfiguration('another'),
};

type Ended = Pick<Answer<unknown>, 'errors'>;

/** The way of a file until it can be run: announced and sent. */
async function sendFile({ actor, dataset: { id: datasetId } }: Stage, file: string) {
  const input = { datasetId, fileName: 'furniture.csv' };
  const { data, errors } = await actor.run(StartDatasetImport, { input });
  if (errors) return { errors, importId: '' };
  const { id, uploadUrl } = data?.startDatasetImport?.import ?? { id: '', uploadUrl: '/' };
  const sent = await actor.fetch(uploadUrl, { method: 'PUT', body: file });
  return { ...(sent.ok ? {} : ((await sent.json()) as Ended)), importId: id };
}

function runImport({ actor, dataset }: Stage, importId: string, newField?: string): Promise<Ended> {
  const columns =
    newField === undefined ? [] : [{ column: newField, newFieldType: 'TEXT' as const }];
  return actor.run(RunDatasetImport, { input: { datasetId: dataset.id, importId, columns } });
}

async function isImported(stage: Stage, row: string, field: string): Promise<boolean> {
  const [names, keys] = await Promise.all([namesOfRows(stage), keysOfFields(stage)]);
  return names.includes(row) && keys.includes(field);
}

export const importing: ActsByCondition = {
  within: [
    {
      words: 'into existing fields',
      async run(stage) {
        const { importId, ...sent } = await sendFile(stage, 'Name,Price\nDesk,150\n');
        const ended = sent.errors ? sent : await runImport(stage, importId);
        return outcomeOf(ended, () => isImported(stage, 'Desk', 'price'));
      },
    },
  ],
  beyond: [
    {
      words: 'with a column that has no field',
      names: 'Colour',
      async run(stage) {
        const { importId, ...sent } = await sendFile(stage, 'Name,Colour\nVase,red\n');
        if (sent.errors) return outcomeOf(sent, () => false);
        const unasked = await runImport(stage, importId);
        const ended = await runImport(stage, importId, 'Colour');
        // Whoever may do it is asked what is to become of the column; no answer helps anybody else.
        const isAsked = unasked.errors?.[0]?.extensions.code === 'UNKNOWN_COLUMNS';
        const counts = isAsked || !ended.errors ? ended : unasked;
        return outcomeOf(counts, () => isImported(stage, 'Vase', 'colour'));
      },
    },
  ],
};

/** The role that this membership gives now; undefined: it is no more. */
async function roleOf({ keeper, dataset: { id } }: Stage, memberId: string) {
  const { data } = await keeper.run(GetDatasetMembers, { id });
  return data?.dataset?.members?.edges.find(({ node }) => node.id === memberId)?.node.role;
}

async function roleOfNewcomer({ keeper, dataset: { id }, newcomer }: Stage) {
  const { data } = await keeper.run(GetDatasetMembers, { id });
  return data?.dataset?.members?.edges.find(
    ({ node: { grantee } }) => 'email' in grantee && grantee.email === newcomer.email,
  )?.node.role;
}

const NAMES = { ADMIN: 'Admin', MEMBER: 'Member', VIEWER: 'Viewer' } as const;

function making(role: DatasetRole, target: DatasetRole): Act {
  return {
    words: `of the ${NAMES[target]}`,
    async run(stage) {
      const memberId = stage.others[target];
      const input = { datasetId: stage.dataset.id, memberId, role };
      return outcomeOf(
        await stage.actor.run(ChangeDatasetMemberRole, { input }),
        async () => (await roleOf(stage, memberId)) === role,
      );
    },
  };
}

function adding(role: DatasetRole): Act {
  return {
    words: 'of somebody new',
    async run(stage): Promise<Outcome> {
      const granteeId = globalId('User', stage.newcomer.id);
      const input = { datasetId: stage.dataset.id, granteeId, role };
      return outcomeOf(
        await stage.actor.run(AddDatasetMember, { input }),
        async () => (await roleOfNewcomer(stage)) === role,
      );
    },
  };
}

function removing(target: DatasetRole): Act {
  return {
    words: `of the ${NAMES[target]}`,
    async run(stage) {
      const memberId = stage.others[target];
      const input = { datasetId: stage.dataset.id, memberId };
      return outcomeOf(
        await stage.actor.run(RemoveDatasetMember, { input }),
        async () => (await roleOf(stage, memberId)) === undefined,
      );
    },
  };
}

export const membership: readonly Act[] = [
  { ...adding('VIEWER'), words: 'to add somebody' },
  { ...removing('VIEWER'), words: 'to remove somebody' },
];

export const makingAdmins: readonly Act[] = [
  making('ADMIN', 'VIEWER'),
  making('ADMIN', 'MEMBER'),
  adding('ADMIN'),
];

export const makingMembers: ActsByCondition = {
  within: [making('MEMBER', 'VIEWER'), making('MEMBER', 'MEMBER'), adding('MEMBER')],
  beyond: [making('MEMBER', 'ADMIN')],
};

export const makingViewers: ActsByCondition = {
  within: [making('VIEWER', 'MEMBER'), making('VIEWER', 'VIEWER'), adding('VIEWER')],
  beyond: [making('VIEWER', 'ADMIN')],
};

export const removals: ActsByCondition = {
  within: [removing('MEMBER'), removing('VIEWER')],
  beyond: [removing('ADMIN')],
};
