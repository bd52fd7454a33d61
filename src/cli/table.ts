import type { FilesPlan } from './plan-files.js';

/** A plan for people to read. */
export function tableOf(plan: FilesPlan): string {
  const rows = plan.operations.map(({ name, kind, file, permissions, datasetRole, flowRole }) => [
    `${kind} ${name ?? '(unnamed)'}`,
    file,
    permissions.join(' ') || '–',
    datasetRole ?? '–',
    flowRole ?? '–',
  ]);
  const lines = aligned([['operation', 'file', 'permissions', 'dataset', 'flow'], ...rows]);
  return [...lines, '', ...summary(plan)].join('\n');
}

function summary({
  permissions,
  datasetRole,
  flowRole,
  accountRoles,
  takesSignIn,
  canBeDelegated,
  conditions,
}: FilesPlan): string[] {
  return [
    `Permissions of a key: ${permissions.join(' ') || 'none'}`,
    `Role on the datasets: ${datasetRole ?? 'none'}`,
    `Role on the flows:    ${flowRole ?? 'none'}`,
    `Account role:         ${accountRoles[0] ?? 'several together'} or more`,
    ...(takesSignIn ? ['No key does all of it: it takes a person who is signed in.'] : []),
    ...(canBeDelegated ? [] : ['Nobody does all of it acting as somebody else.']),
    ...conditions.map((condition) => `Only: ${condition}`),
  ];
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_cell, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
