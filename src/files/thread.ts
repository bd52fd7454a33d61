import { isMainThread, parentPort, workerData } from 'node:worker_threads';

import { DomainError } from '../errors.js';
import type { FileProblem } from './sheet.js';

interface Refusal {
  readonly reason: FileProblem;
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

export type Answer = { readonly value: unknown } | { readonly refusal: Refusal };

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
