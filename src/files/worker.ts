import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { invalidFile } from './sheet.js';
import type { Answer } from './thread.js';
import { tooLarge } from './zip.js';

/**
 * What one workbook may take. An array that doubles beyond it in one step would end the whole process, so
 * whatever may grow like that is limited before.
 */
const MOST_MEGABYTES = 1024;

/** For one answer, among them the one that takes the whole workbook. */
const MOST_MILLISECONDS = 120_000;

/** What each script is as a whole, in plain JavaScript. */
const programs = new Map<string, Promise<string>>();

/**
 * Node 20 hands no loader down to a thread, and to register one there takes longer than most workbooks; so a script is
 * made one program, with all that it imports, when it is first wanted.
 */
function programOf(script: URL): Promise<string> {
  const known = programs.get(script.href);
  if (known) return known;
  const program = bundle(fileURLToPath(script));
  programs.set(script.href, program);
  program.catch(() => programs.delete(script.href));
  return program;
}

async function bundle(script: string): Promise<string> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [script],
    bundle: true,
    platform: 'node',
    target: 'node20',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles.map(({ text }) => text).join('');
}

/** A thread that answers one question after the other about one workbook. */
export class FileWorker {
  readonly #worker: Worker;
  #failure: Error | undefined;
  #settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  static async start(script: URL, purpose: unknown): Promise<FileWorker> {
    return new FileWorker(await programOf(script), purpose);
  }

  private constructor(program: string, purpose: unknown) {
    this.#worker = new Worker(program, {
      eval: true,
      workerData: purpose,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
    });
    this.#worker.on('message', (answer: Answer) => this.#settle?.resolve(answer));
    this.#worker.on('error', (error: Error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('The thread for workbooks has ended.')));
  }

  /** One question at a time: the next when this is answered. */
  async ask(question: unknown): Promise<unknown> {
    if (this.#failure) throw this.#failure;
    const answered = new Promise<Answer>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#worker.postMessage(question, []);
    const tooLate = setTimeout(() => this.#giveUp(), MOST_MILLISECONDS);
    const answer = await answered.finally(() => clearTimeout(tooLate));
    if ('value' in answer) return answer.value;
    const { reason, message, extensions } = answer.refusal;
    throw invalidFile(reason, message, extensions);
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #giveUp(): void {
    this.#fail(tooLarge('The workbook takes too long.'));
    void this.#worker.terminate();
  }

  #fail(error: Error): void {
    const isOutOfMemory = 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    this.#failure ??= isOutOfMemory ? tooLarge('The workbook needs too much memory.') : error;
    this.#settle?.reject(this.#failure);
  }
}
