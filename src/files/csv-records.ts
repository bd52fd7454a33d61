import { setImmediate } from 'node:timers/promises';

import { CsvError, Parser } from 'csv-parse';

import { invalidFile, isEmptyRow, MOST_ROWS_OF_BATCH, type RawRow } from './sheet.js';

const MOST_BYTES_OF_RECORD = 1024 * 1024;

const LINE_BREAK = /\r\n|\n|\r/;

/**
 * The rows of a text that comes in pieces. It takes the records as the parser finds them: read from it as from a
 * stream, each would cost a promise.
 */
export class Records extends Parser {
  #taken: RawRow[] = [];
  #width: number | undefined;
  #isHeaderGiven = false;
  /** How many lines the records had up to here; the parser counts some line breaks in quotes twice. */
  #lines = 0;
  #refusal: Error | undefined;

  constructor(delimiter: string) {
    super({
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      max_record_size: MOST_BYTES_OF_RECORD,
      relax_column_count: true,
    });
    this.on('error', () => undefined);
  }

  add(piece: string): AsyncGenerator<readonly RawRow[]> {
    return this.#give(
      new Promise((resolve) => this.write(piece, (error) => resolve(error ?? undefined))),
    );
  }

  finish(): AsyncGenerator<readonly RawRow[]> {
    return this.#give(
      new Promise((resolve) => {
        this.once('error', resolve);
        this.end(() => resolve(undefined));
      }),
    );
  }

  override push(record: readonly string[] | null): boolean {
    if (!record) return super.push(record);
    this.#take(record);
    return true;
  }

  /** What was taken before a failure is given before it is thrown. */
  async *#give(work: Promise<Error | undefined>): AsyncGenerator<readonly RawRow[]> {
    const failure = await work;
    const rows = this.#taken;
    this.#taken = [];
    if (!this.#isHeaderGiven && rows.length > 0) {
      this.#isHeaderGiven = true;
      yield rows.splice(0, 1);
    }
    for (let at = 0; at < rows.length; at += MOST_ROWS_OF_BATCH) {
      yield rows.slice(at, at + MOST_ROWS_OF_BATCH);
    }
    if (this.#refusal) throw this.#refusal;
    if (failure) throw refusalOf(failure, this.#lines + 1);
    // A source that is never late must not keep all others waiting.
    await setImmediate();
  }

  #take(record: readonly string[]): void {
    if (this.#refusal) return;
    const line = this.#lines + 1;
    this.#lines += 1;
    for (const cell of record) {
      if (LINE_BREAK.test(cell)) this.#lines += cell.split(LINE_BREAK).length - 1;
    }
    const isEmpty = isEmptyRow(record);
    this.#width ??= isEmpty ? undefined : record.length;
    if (isEmpty && (record.length === 1 || record.length === this.#width)) return;
    if (this.#width === undefined) return;
    if (record.length !== this.#width) {
      this.#refusal = raggedRow(line, this.#width, record.length);
      return;
    }
    this.#taken.push(record.map((cell) => (cell === '' ? null : cell)));
  }
}

function refusalOf(failure: Error, line: number): Error {
  switch (failure instanceof CsvError && failure.code) {
    case 'CSV_MAX_RECORD_SIZE':
      return invalidFile(
        'LINE_TOO_LONG',
        `The row from line ${line} on is longer than 1 MB, or a quote in it is never closed.`,
        { line },
      );
    case 'CSV_QUOTE_NOT_CLOSED':
      return invalidFile('NOT_CSV', `A quote in the row from line ${line} on is never closed.`, {
        line,
      });
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'INVALID_OPENING_QUOTE':
      return invalidFile(
        'NOT_CSV',
        `A quote in the row from line ${line} on is neither around a whole cell nor doubled.`,
        { line },
      );
    default:
      return failure;
  }
}

function raggedRow(line: number, expected: number, found: number): Error {
  return invalidFile(
    'RAGGED_ROW',
    `The row in line ${line} has ${found} cells; the header has ${expected}.`,
    { line, expected, found },
  );
}
