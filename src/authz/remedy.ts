import { DATASET_ROLES, PERMISSION_TO_MAKE } from './dataset-roles.js';
import type { FlowFacts } from './decide.js';
import type { Remedy } from './denial-shape.js';
import { FLOW_ROLES, PERMISSION_TO_MAKE_FLOW } from './flow-roles.js';
import { encodeId, FLOW_TYPENAMES } from './node-id.js';
import type { Permission } from './permissions.js';
import type { Party } from './principal.js';
import { MEMBER_ROLES, type MemberRole } from './role-table.js';
import {
  isDatasetPermission,
  isSharedPermission,
  roleNameOf,
  rowOf,
  type SharedPermission,
} from './tables.js';

/**
 * The weakest role on a dataset, or on a flow of another kind, that allows all of this, and is no weaker than the one
 * that is held. What a role allows only under a condition does not count, so that it certainly helps; null: there is
 * none, because nothing was named, or something of both tables.
 */
export function roleToAskFor(
  permissions: readonly SharedPermission[],
  held: MemberRole | null = null,
): MemberRole | null {
  const datasets = permissions.filter(isDatasetPermission);
  if (permissions.length === 0 || (datasets.length > 0 && datasets.length < permissions.length)) {
    return null;
  }
  const family: readonly MemberRole[] = datasets.length > 0 ? DATASET_ROLES : FLOW_ROLES;
  const enough = family.filter(
    (role) =>
      (held === null || isAsStrongAs(role, held)) &&
      permissions.every((permission) => rowOf(permission)[role] === true),
  );
  return enough.at(-1) ?? null;
}

export function isAsStrongAs(role: MemberRole, other: MemberRole): boolean {
  return MEMBER_ROLES.indexOf(role) <= MEMBER_ROLES.indexOf(other);
}

type Giving = readonly (readonly [MemberRole, SharedPermission])[];

/** What it takes to give each role that somebody can ask for, on a dataset and on a flow of another kind. */
export const GIVING = {
  dataset: giving(PERMISSION_TO_MAKE),
  flow: giving(PERMISSION_TO_MAKE_FLOW).filter(([role]) => role !== 'NONE'),
} as const;

function giving<Role extends MemberRole>(makes: Readonly<Record<Role, SharedPermission>>): Giving {
  return Object.entries(makes) as [Role, SharedPermission][];
}

/** What it takes to give this role to a member, or to somebody who is none yet. */
export function permissionsToGive(
  family: keyof typeof GIVING,
  role: MemberRole,
  isMember: boolean,
): SharedPermission[] {
  const makes = GIVING[family].flatMap(([made, permission]) => (made === role ? [permission] : []));
  return [...(isMember ? [] : [WRITE[family]]), ...makes];
}

const WRITE = { dataset: 'datasetMember:write', flow: 'flowMember:write' } as const;

/**
 * The mutation that gives somebody a role on a flow that certainly allows all of this, and its input; undefined:
 * whoever reads it has to say to whom.
 */
export function sharing(
  subject: Party | undefined,
  permissions: readonly Permission[],
  facts: Pick<FlowFacts, 'id' | 'kind' | 'memberId'> | undefined,
): Pick<Remedy, 'mutation' | 'input'> {
  const { id, kind, memberId } = facts ?? {};
  const role = roleToAskFor(permissions.filter(isSharedPermission));
  if (id === undefined || kind === undefined || !role) return {};
  const isDataset = kind === 'DATASET';
  const flow = { [isDataset ? 'datasetId' : 'flowId']: encodeId(FLOW_TYPENAMES[kind], id) };
  return memberId === undefined
    ? adding(subject, isDataset, role, flow)
    : {
        mutation: isDataset ? 'changeDatasetMemberRole' : 'changeFlowMemberRole',
        input: {
          ...flow,
          memberId: encodeId(isDataset ? 'DatasetMember' : 'FlowMember', memberId),
          role,
        },
      };
}

/** To be given such a role on the flow that was asked for, by whoever can see it; none if no role gives all of it. */
export function givingRole(
  subject: Party | undefined,
  permissions: readonly SharedPermission[],
): Remedy[] {
  const role = roleToAskFor(permissions);
  if (!role) return [];
  const isDataset = permissions.some(isDatasetPermission);
  return [
    {
      kind: isDataset ? 'ASK_DATASET_ADMIN' : 'ASK_FLOW_OWNER',
      who: isDataset ? 'An Admin of the dataset' : 'An Owner of the flow',
      how: `Have ${subject ? 'yourself' : 'the person'} given the role ${roleNameOf(role)} there: added, or changed if that is a member already.`,
      ...adding(subject, isDataset, role),
    },
  ];
}

function adding(
  subject: Party | undefined,
  isDataset: boolean,
  role: MemberRole,
  flow: object = {},
) {
  const granteeId = subject && encodeId(TYPENAMES[subject.kind], subject.id);
  return {
    mutation: isDataset ? 'addDatasetMember' : 'addFlowMember',
    input: { ...flow, ...(granteeId && { granteeId }), role },
  };
}

/** The mutation by which whoever may assumes such a role. */
export function assuming(
  permissions: readonly Permission[],
  { id, kind }: FlowFacts,
): Pick<Remedy, 'mutation' | 'input'> {
  const role = roleToAskFor(permissions.filter(isSharedPermission));
  if (id === undefined || kind === undefined || !role) return {};
  const named = encodeId(FLOW_TYPENAMES[kind], id);
  return kind === 'DATASET'
    ? { mutation: 'assumeDatasetRole', input: { datasetId: named, role } }
    : { mutation: 'assumeFlowRole', input: { flowId: named, role } };
}

const TYPENAMES = { user: 'User', serviceAccount: 'ServiceAccount' } as const;
