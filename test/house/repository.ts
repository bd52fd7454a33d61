import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The paths of all files that belong to the repository: those that git tracks or would, if they were added. */
export function files(under = '.', pattern = /./): string[] {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', under];
  return execFileSync('git', list, { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => pattern.test(file) && existsSync(`${root}${file}`));
}

export function read(file: string): string {
  return readFileSync(`${root}${file}`, 'utf8');
}
