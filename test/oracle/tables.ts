import { readFileSync } from 'node:fs';

export const words = (text: string) => text.trim().split(/\s+/);

/** The lines of a table of the rules. */
function table(name: string): string[][] {
  const text = readFileSync(new URL('rules.txt', import.meta.url), 'utf8');
  const [, lines = ''] = text.split(`[${name}]\n`);
  const [own = ''] = lines.split('\n\n');
  return own.trim().split('\n').map(words);
}

export const BUILT_IN = words('SUPER_ADMIN IAM_ADMIN USER_ADMIN ADMIN EDITOR VIEWER');
export const DATASET_ROLES = words('ADMIN MEMBER VIEWER');
export const FLOW_ROLES = words('OWNER EDITOR VIEWER NONE');
const FAMILIES = [
  { table: 'DATASET', roles: DATASET_ROLES },
  { table: 'FLOW', roles: FLOW_ROLES },
] as const;

/** What is done on flows. */
export const ON_FLOWS = new Map(
  FAMILIES.flatMap(({ table: family, roles }) =>
    table(family).map(([name = '', ...rest]) => {
      const cells: Record<string, string | undefined> = {};
      for (const [at, role] of roles.entries()) cells[role] = rest[at];
      const [override, ...others] = rest.slice(roles.length);
      const byDefault = others.find((word) => word.includes(':'));
      const operations = others.filter((word) => !word.includes(':') && word !== '-');
      return [name, { cells, override: override === 'S', byDefault, operations }];
    }),
  ),
);
export const IN_ACCOUNT = new Map(
  table('ACCOUNT').map(([name = '', who = '', ...operations]) => [
    name,
    { roles: BUILT_IN.filter((_role, at) => who[at] !== '-'), operations },
  ]),
);
export const FLOW_PERMISSIONS = [...ON_FLOWS.keys()];
export const ACCOUNT_PERMISSIONS = [...IN_ACCOUNT.keys()];

/** All permissions that an operation takes. */
export const TAKES = new Map<string, string[]>();
for (const [name, { operations }] of [...ON_FLOWS, ...IN_ACCOUNT]) {
  for (const each of operations) TAKES.set(each, [...(TAKES.get(each) ?? []), name]);
}
export const OPERATIONS = [...TAKES.keys()];

/** What a shared resource lets through, and as which administrators alone. */
export const SHARED: Record<string, { lets: string[]; as?: string[] }> = {
  GLOBAL_MY_ITEMS: { lets: [] },
  USER_AND_GROUP_MANAGEMENT: {
    lets: words(`account:read directory:read user:read user:update user:suspend user:remove
      group:write`),
    as: words('SUPER_ADMIN IAM_ADMIN USER_ADMIN'),
  },
  ALL_FLOWS_AND_INTEGRATIONS: {
    lets: words('dataset:create flow:create flow:editAny flow:executeAny flow:readAny'),
  },
};
export const EVERY_FLOW = 'ALL_FLOWS_AND_INTEGRATIONS';
export const EXTENDS = words('dataset:extendImpersonation flow:extendImpersonation');
export const NEVER_BY_KEY = [
  ...EXTENDS,
  ...words('apiKey:manage serviceAccount:manage impersonation:share'),
];

/** By people who are signed in, and nobody else. */
export const SIGNED_IN = new Set(
  words(`updateProfile changePassword signOut requestAccess withdrawAccessRequest createApiKey renameApiKey rotateApiKey turnOffApiKey deleteApiKey
  revokeSession revokeSessions revokeImpersonation
  User.sessions User.apiKeys Me.sessions Me.apiKeys Me.actedOnBehalf`),
);
/** About oneself without any permission. */
export const OWN = words(`User.status User.roles User.groups User.sessions User.apiKeys
  User.lastSignedInAt User.mfaEnrolledAt User.addedAt User.addedVia User.addedBy
  Query.explainAccess Query.accessMatrix
  revokeSession revokeSessions`);
/** To people, and not to those above. */
export const ON_PEOPLE =
  words(`updateUser suspendUser reactivateUser removeUser offboard offboardWithInvitations offboardWithKeys assignRoles
  revokeSession revokeSessions`);
/** What a key has to be good for, although nobody else is refused for want of it. */
export const CARRYING = new Map(
  table('CARRYING').map(([operation = '', permission = '']) => [operation, permission]),
);
