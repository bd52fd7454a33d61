import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { afterAll, expect, test } from 'vitest';

import { read } from '../house/repository.js';
import { startGateway } from '../support/gateway.js';

const BETWEEN = '=== the next block ===';
const cwd = mkdtempSync(path.join(tmpdir(), 'fieldgate-readme-'));

afterAll(() => rmSync(cwd, { recursive: true, force: true }));

interface Step {
  readonly commands: string;
  /** What the page says that they print. */
  readonly printed: string;
}

/** The commands under a heading of the README, each block with what is shown below it. */
function stepsUnder(heading: string): Step[] {
  const [, section = ''] = read('README.md').split(`\n${heading}\n`);
  const [text = ''] = section.split(/\n##+ /);
  const blocks = /```sh\n(?<commands>[^]*?)```(?:\n\n```text\n(?<printed>[^]*?)```)?/g;
  return [...text.matchAll(blocks)].map(({ groups }) => ({
    commands: groups?.['commands'] ?? '',
    printed: groups?.['printed'] ?? '',
  }));
}

/** Ids are others each time. */
function masked(text: string): string {
  return text.replaceAll(/"id":"[^"]+"/g, '"id":"…"');
}

const STEPS = stepsUnder('### Step by step');

test.each([
  ['Step by step', STEPS],
  // With the helpers of the first.
  [
    'Why, who, and what helps',
    [...STEPS.slice(0, 1), ...stepsUnder('### Why, who, and what helps')],
  ],
])('the commands under %s print what it says, one after the other', async (_heading, steps) => {
  expect(steps.length).toBeGreaterThan(3);
  const gateway = startGateway(cwd);
  try {
    const address = await gateway.ready;
    const script = steps.map(({ commands }) => commands).join(`echo '${BETWEEN}'\n`);
    const { stdout, stderr } = await promisify(execFile)('sh', [
      '-c',
      script.replaceAll('localhost:4000', address),
    ]);
    expect(stderr).toBe('');
    // curl ends no line.
    const printed = stdout.replaceAll(/\}(?=[{A-Z=])/g, '}\n').split(`${BETWEEN}\n`);
    expect(printed.map(masked).map((text) => text.trim())).toEqual(
      steps.map((step) => step.printed.trim()),
    );
  } finally {
    gateway.process.kill();
    await gateway.ended;
  }
});
