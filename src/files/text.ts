import { isAscii, isUtf8 } from 'node:buffer';

import { invalidFile } from './sheet.js';

type Encoding = 'UTF-8' | 'UTF-16LE' | 'UTF-16BE' | 'windows-1252';

const PIECE = 64 * 1024;

const MARKS: readonly (readonly [Encoding, Buffer])[] = [
  ['UTF-8', Buffer.from([0xef, 0xbb, 0xbf])],
  ['UTF-16LE', Buffer.from([0xff, 0xfe])],
  ['UTF-16BE', Buffer.from([0xfe, 0xff])],
];

/**
 * What windows-1252 has in place of the controls from U+0080 on; a blank is a byte that means nothing.
 * TextDecoder is no help: that of Node 20 takes windows-1252 for latin1.
 */
const WINDOWS_1252 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

/** The text of a file in pieces, whose encoding comes out as it is read. */
export class Text implements AsyncIterable<string> {
  readonly #bytes: AsyncIterable<Uint8Array>;
  #encoding: Encoding = 'UTF-8';
  #certain = false;
  #line = 1;

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#bytes = bytes;
  }

  get encoding(): string {
    return this.#encoding;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    let rest: Buffer | undefined;
    for await (const piece of pieces(this.#bytes)) {
      const bytes = rest ? Buffer.concat([rest, piece]) : this.#withoutMark(piece);
      const end = this.#endOfCharacters(bytes);
      yield this.#decode(bytes.subarray(0, end));
      rest = bytes.subarray(end);
    }
    if (rest && rest.length > 0) yield this.#decode(rest);
  }

  #withoutMark(bytes: Buffer): Buffer {
    for (const [encoding, mark] of MARKS) {
      if (bytes.subarray(0, mark.length).equals(mark)) {
        this.#encoding = encoding;
        this.#certain = true;
        return bytes.subarray(mark.length);
      }
    }
    return bytes;
  }

  /** Where the last character ends that is there with all its bytes. */
  #endOfCharacters(bytes: Buffer): number {
    if (this.#encoding === 'UTF-8') return endOfUtf8(bytes);
    if (this.#encoding === 'windows-1252') return bytes.length;
    const end = bytes.length - (bytes.length % 2);
    const high = bytes[this.#encoding === 'UTF-16LE' ? end - 1 : end - 2] ?? 0;
    return high >= 0xd8 && high < 0xdc ? end - 2 : end;
  }

  #decode(bytes: Buffer): string {
    const isWide = this.#encoding.startsWith('UTF-16');
    if (!isWide && bytes.includes(0)) throw this.#binary(bytes.toString('latin1'));
    if (!isWide && !this.#certain && !isAscii(bytes)) {
      // So far every byte meant the same in both.
      this.#encoding = isUtf8(bytes) ? 'UTF-8' : 'windows-1252';
      this.#certain = true;
    }
    const text = this.#read(bytes);
    if (isWide && text.includes('\0')) throw this.#binary(text);
    this.#line += lineBreaks(text);
    return text;
  }

  #read(bytes: Buffer): string {
    if (this.#encoding === 'windows-1252') {
      return bytes.toString('latin1').replaceAll(/[\u0080-\u009f]/g, (control, at: number) => {
        const character = WINDOWS_1252[(control.codePointAt(0) ?? 0) - 0x80] ?? ' ';
        if (character === ' ') throw this.#undecodable(bytes.toString('latin1', 0, at));
        return character;
      });
    }
    if (this.#encoding === 'UTF-8' && isUtf8(bytes)) return bytes.toString('utf8');
    try {
      return new TextDecoder(this.#encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      const text = new TextDecoder(this.#encoding, { ignoreBOM: true }).decode(bytes);
      throw this.#undecodable(text.slice(0, text.indexOf('\ufffd')));
    }
  }

  #undecodable(before: string): Error {
    const line = this.#line + lineBreaks(before);
    return invalidFile(
      'UNKNOWN_ENCODING',
      `Line ${line} holds bytes that are not ${this.#encoding} text. Save the file as UTF-8.`,
      { line },
    );
  }

  #binary(text: string): Error {
    const line = this.#line + lineBreaks(text.slice(0, text.indexOf('\0')));
    return invalidFile(
      'NOT_CSV',
      `Line ${line} holds a NUL character, so this is not a text file. Save it as CSV.`,
      { line },
    );
  }
}

/** The bytes in pieces of one size, however they come. */
async function* pieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + PIECE - size);
      held.push(part);
      at += part.length;
      size += part.length;
      if (size === PIECE) {
        yield Buffer.concat(held);
        held = [];
        size = 0;
      }
    }
  }
  if (size > 0) yield Buffer.concat(held);
}

function endOfUtf8(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    const isFirst = byte >= 0xc0;
    if (isFirst) return lengthInUtf8(byte) > back ? bytes.length - back : bytes.length;
    if (byte < 0x80) break;
  }
  return bytes.length;
}

function lengthInUtf8(first: number): number {
  if (first >= 0xf0) return 4;
  return first >= 0xe0 ? 3 : 2;
}

function lineBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
