import { Prisma, type PrismaClient } from './generated/client.js';

const NO_ACCOUNT = '00000000-0000-0000-0000-000000000000';

/** The models that belong to one account, each by its column `accountId`. */
const TENANT_MODELS: ReadonlySet<string> = new Set<Prisma.ModelName>([
  'Party',
  'User',
  'Role',
  'RoleParent',
  'RoleAssignment',
  'Group',
  'GroupMember',
  'Invitation',
  'InvitationGroup',
  'PasswordReset',
  'AccessReview',
  'AccessReviewLine',
  'AccessRequest',
  'ServiceAccount',
  'AccessKey',
  'ImpersonationGrant',
  'Flow',
  'FlowMember',
  'DatasetSettings',
  'DatasetView',
  'DatasetField',
  'DatasetRow',
  'DatasetRowChange',
  'DatasetImport',
  'EgressRecord',
  'Session',
  'AuditEntry',
]);

type Row = Record<string, unknown>;
type Arguments = { where?: Row; data?: Row | Row[]; create?: Row; update?: Row; select?: Row };

/**
 * A client that reads and writes rows of one account only, whatever its caller asks for;
 * without an account it finds nothing. Raw statements are not rewritten: they name the account themselves.
 */
export function scopeToAccount(client: PrismaClient, accountId: string = NO_ACCOUNT) {
  return client.$extends({
    name: 'account',
    query: {
      $allModels: {
        $allOperations({ model, operation, args, query }) {
          const key =
            model === 'Account' ? 'id' : TENANT_MODELS.has(model) ? 'accountId' : undefined;
          if (!key)
            throw new Error(`${model} belongs to no account; reach it through its own room.`);
          const run = (confined: Arguments) => query(confined as typeof args);
          return isLookup(operation, args as Arguments)
            ? lookUp(run, operation, args as Arguments, key, accountId)
            : run(confine(operation, args as Arguments, { [key]: accountId }));
        },
      },
    },
  });
}

/** Prisma gathers the look-ups of a tick into one statement, if each is by a key and nothing else. */
function isLookup(operation: string, { where = {} }: Arguments): boolean {
  return operation.startsWith('findUnique') && Object.keys(where).length === 1;
}

/** So a look-up stays one, and whose row it found is asked afterwards. */
async function lookUp(
  run: (args: Arguments) => Promise<unknown>,
  operation: string,
  args: Arguments,
  key: string,
  accountId: string,
): Promise<unknown> {
  const select = args.select && { ...args.select, [key]: true };
  const row = (await run({ ...args, ...(select && { select }) })) as Row | null;
  if (row === null) return row;
  const { [key]: owner, ...asked } = row;
  if (owner === accountId) return select && !(key in (args.select ?? {})) ? asked : row;
  if (operation === 'findUnique') return null;
  throw new Prisma.PrismaClientKnownRequestError('No record was found.', {
    code: 'P2025',
    clientVersion: Prisma.prismaVersion.client,
  });
}

function confine(operation: string, args: Arguments, owner: Row): Arguments {
  if (operation.startsWith('create')) {
    const own = (row: Row = {}) => ({ ...row, ...owner });
    return { ...args, data: Array.isArray(args.data) ? args.data.map(own) : own(args.data) };
  }
  for (const change of [args.data, args.update].flat()) {
    if (change && ('accountId' in change || 'account' in change)) {
      throw new Error('A row stays in the account that it was made in.');
    }
  }
  // A unique `where` keeps its key at the top, so the owner joins whatever the caller put into AND.
  const where = { ...args.where, AND: [owner, args.where?.['AND'] ?? []].flat() };
  return operation === 'upsert'
    ? { ...args, where, create: { ...args.create, ...owner } }
    : { ...args, where };
}

export type Db = ReturnType<typeof scopeToAccount>;
/** What a transaction of a scoped client hands out. */
export type Tx = Omit<
  Db,
  '$connect' | '$disconnect' | '$on' | '$transaction' | '$extends' | '$use'
>;
