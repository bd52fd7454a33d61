import { MOST_ROWS_OF_WORKBOOK, tooManyRows } from './sheet.js';
import { notXlsx } from './zip.js';

/** A row or cell with its attributes, and their addresses; a prefix of the names says nothing. */
const ELEMENT = /<(?:[^\s<>:/]+:)?(?:row|c)\s[^<]*/g;
const ADDRESS = /[\s"':]r\s*=\s*["']([^"']*)["']/g;

/** What a sheet may have: rows up to 1048576, columns up to XFD. */
const POSSIBLE = /^[A-Z]{0,3}\d{1,7}$/;
const LAST_ROW = 1_048_576;

const LONGEST_ELEMENT = 64 * 1024;
const LONG_ELEMENT_TO_CHECK = /^<(?:[^\s<>]*$|(?:[^\s<>:/]+:)?(?:row|c)\s)/;

/**
 * Passes the parts of a workbook on if no sheet has too many rows with cells, and no row or cell stands outside of
 * any sheet: the parser would take minutes for the former, and fills the gaps between the latter until the memory
 * is full.
 */
export async function* checkedAddresses(parts: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const rows = new RowCount();
  let rest = '';
  for await (const part of parts) {
    const text = rest + part.toString('latin1');
    for (const [element] of text.matchAll(ELEMENT)) {
      for (const [, address = ''] of element.matchAll(ADDRESS)) {
        const row = POSSIBLE.test(address) ? Number(address.replace(/^[A-Z]+/, '')) : Infinity;
        if (row > LAST_ROW) throw notXlsx();
        if (/^[A-Z]/.test(address)) rows.add(row);
      }
    }
    rest = unfinished(text);
    yield part;
  }
}

/** How many rows of a sheet have cells. */
class RowCount {
  #count = 0;
  #last = 0;

  add(row: number): void {
    if (row < this.#last) this.#count = 0;
    if (row !== this.#last) this.#count += 1;
    this.#last = row;
    const isHeaderAndMost = this.#count <= MOST_ROWS_OF_WORKBOOK + 1;
    if (!isHeaderAndMost) throw tooManyRows();
  }
}

/** The element that may go on in the next part. */
function unfinished(text: string): string {
  const start = text.lastIndexOf('<');
  const rest = start === -1 ? '' : text.slice(start);
  if (rest.length <= LONGEST_ELEMENT) return rest;
  if (LONG_ELEMENT_TO_CHECK.test(rest)) throw notXlsx();
  return '';
}
