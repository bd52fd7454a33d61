import type { Context } from 'hono';

import { invalidInput } from '../errors.js';

/** The parameters of a form that have a value. */
export type Form = ReadonlyMap<string, string>;

const FORM_TYPE = /^application\/x-www-form-urlencoded *(; *charset="?utf-8"? *)?$/i;

/** Reads a form to the letter: what could be read in two ways is refused. Throws INVALID_INPUT, and quotes nothing. */
export async function readForm({ req }: Context): Promise<Form> {
  if (!FORM_TYPE.test(req.header('content-type') ?? '')) {
    throw refused('form', 'Send application/x-www-form-urlencoded, in UTF-8.');
  }
  const form = new Map<string, string>();
  for (const [name, value] of decoded(await req.arrayBuffer().catch(() => undefined))) {
    // RFC 6749 §3.2: a parameter without a value counts as left out, and none comes twice.
    if (value === '') continue;
    if (form.has(name)) throw refused('form', 'A parameter is there more than once.');
    form.set(name, value);
  }
  return form;
}

/** Refuses a request for one of its parameters. */
export function refused(parameter: string, message: string): Error {
  return invalidInput([{ path: [parameter], message }]);
}

function decoded(body: ArrayBuffer | undefined): [name: string, value: string][] {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    return text.split('&').map((pair) => {
      const [name = '', ...rest] = pair.split('=');
      return [decode(name), decode(rest.join('='))];
    });
  } catch {
    throw refused('form', 'The form is not well encoded.');
  }
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
