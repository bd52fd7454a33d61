import { DriverAdapterError, type SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';

/** One of the two databases, as the rest of the room sees it. */
export interface Driver {
  readonly kind: 'embedded' | 'postgres';
  readonly factory: SqlDriverAdapterFactory;
  /** Runs `task` while no other gateway on the same database can run one. */
  exclusively<T>(task: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface PostgresError extends Error {
  code: string;
  severity: string;
  detail?: string;
  column?: string;
  hint?: string;
}

/** An error of PostgreSQL, from a server or the embedded one, as Prisma wants to see it. */
export function asDriverAdapterError(error: unknown): unknown {
  if (!isPostgresError(error)) return error;
  const { code, severity, message, detail, column, hint } = error;
  return new DriverAdapterError({
    kind: 'postgres',
    code,
    severity,
    message,
    detail,
    column,
    hint,
  });
}

function isPostgresError(error: unknown): error is PostgresError {
  return error instanceof Error && 'code' in error && 'severity' in error;
}
