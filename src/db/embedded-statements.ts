import { messages, type PGlite, protocol } from '@electric-sql/pglite';

import { PLANNED_ANEW } from './planning.js';

const MOST_NAMED_STATEMENTS = 500;

type Send = PGlite['execProtocolStream'];
type Answers = Awaited<ReturnType<Send>>;

/** A statement that the database has parsed, and what it said of it. */
interface Known {
  readonly name: string;
  described?: Answers;
}

/**
 * Names the statements of an embedded database, so that it parses and plans each text once; those used longest ago
 * give their names up.
 * PGlite itself names none, and sends each of the six messages of a statement apart; the ones that run a statement go
 * together here.
 */
export function nameStatements(pglite: PGlite): void {
  const statements = new Map<string, Known>();
  const plainly: Send = pglite.execProtocolStream.bind(pglite);
  let count = 0;
  // PGlite runs one statement after the other.
  let current: Known | undefined;
  let held: Uint8Array[] = [];

  const parse: Send = async (message, options) => {
    const { text, isTyped } = readParse(message);
    current = statements.get(text);
    if (current) {
      // To the end: the map is in the order of the last use.
      statements.delete(text);
      statements.set(text, current);
      return [messages.parseComplete];
    }
    if (isTyped || text.endsWith(PLANNED_ANEW)) return plainly(message, options);
    const name = `s${(count += 1)}`;
    const answers = await plainly(protocol.serialize.parse({ text, name }), options);
    current = { name };
    statements.set(text, current);
    if (statements.size > MOST_NAMED_STATEMENTS) await forgetOldest(options);
    return answers;
  };

  const forgetOldest = async (options: Parameters<Send>[1]): Promise<void> => {
    const [oldest] = statements;
    if (!oldest) return;
    const [text, { name }] = oldest;
    statements.delete(text);
    await plainly(protocol.serialize.close({ type: 'S', name }), options);
  };

  const describe = async (known: Known, options: Parameters<Send>[1]): Promise<Answers> => {
    const message = protocol.serialize.describe({ type: 'S', name: known.name });
    return (known.described ??= await plainly(message, options));
  };

  pglite.execProtocolStream = async (message, options) => {
    const type = String.fromCodePoint(message[0] ?? 0);
    if (type === 'P') return parse(message, options);
    if (type === 'S') {
      current = undefined;
      held = [];
    }
    if (!current) return plainly(message, options);
    if (type === 'D' && message[5] === STATEMENT) return describe(current, options);
    held.push(type === 'B' ? bindTo(current.name, message) : message);
    if (type !== 'E') return [];
    const together = Buffer.concat(held);
    held = [];
    return plainly(together, options);
  };
}

const STATEMENT = 'S'.codePointAt(0);
/** A letter and a length come before what a message says. */
const HEAD = 5;

function readParse(message: Uint8Array): { text: string; isTyped: boolean } {
  const end = message.indexOf(0, HEAD + 1);
  const text = Buffer.from(message.subarray(HEAD + 1, end)).toString();
  return { text, isTyped: message[end + 1] !== 0 || message[end + 2] !== 0 };
}

/** The message that binds values to the unnamed statement, for a named one. */
function bindTo(name: string, message: Uint8Array): Uint8Array {
  const bytes = Buffer.concat([
    message.subarray(0, HEAD + 1),
    Buffer.from(name),
    message.subarray(HEAD + 1),
  ]);
  bytes.writeInt32BE(bytes.length - 1, 1);
  return bytes;
}
