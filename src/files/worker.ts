import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import { DomainError } from '../errors.js';
import { type FileProblem, invalidFile } from './sheet.js';
import { tooLarge } from './zip.js';

/**
 * What one workbook may take. An array that doubles beyond it in one step would end the whole process, so
 * whatever may grow like that is limited before.
 */
const MOST_MEGABYTES = 1024;

/** For one answer, among them the one that takes the whole workbook. */
const MOST_MILLISECONDS = 120_000;

interface Refusal {
  readonly reason: FileProblem;
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

type Answer = { readonly value: unknown } | { readonly refusal: Refusal };

/** A thread that answers one question after the other about one workbook. */
export class FileWorker {
  readonly #worker: Worker;
  #failure: Error | undefined;
  #settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  constructor(script: URL, purpose: unknown) {
    this.#worker = new Worker(new URL('worker-start.js', import.meta.url), {
      workerData: purpose,
      argv: [script.href],
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

/** What the thread is for. */
export function task(): unknown {
  return workerData;
}

/** Answers the questions, in the thread. */
export function serve(answer: (question: unknown) => Promise<unknown>): void {
  if (isMainThread) throw new Error('This is for a thread of its own.');
  parentPort?.on('message', async (question: unknown) => {
    parentPort?.postMessage(await answerTo(question, answer), []);
  });
}

async function answerTo(
  question: unknown,
  answer: (question: unknown) => Promise<unknown>,
): Promise<Answer> {
  try {
    return { value: await answer(question) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { reason, ...extensions } = error.extensions;
    return { refusal: { reason: reason as FileProblem, message: error.message, extensions } };
  }
}
