import { DomainError } from '../errors.js';

/** Why a file is refused. */
export type FileProblem =
  | 'EMPTY'
  | 'UNKNOWN_ENCODING'
  | 'RAGGED_ROW'
  | 'LINE_TOO_LONG'
  | 'TOO_MANY_COLUMNS'
  | 'EMPTY_HEADER'
  | 'DUPLICATE_HEADER'
  | 'NOT_CSV'
  | 'NOT_XLSX'
  | 'NOT_STORABLE'
  | 'TOO_MANY_ROWS'
  | 'TOO_LARGE';

/** Dates of a workbook are ISO strings, `2026-11-21` or `2026-11-21T10:00:00.000Z`. An empty cell is null. */
export type RawCell = string | number | boolean | null;

export type RawRow = readonly RawCell[];

export interface Sheet {
  /** The header, trimmed. */
  readonly columns: readonly string[];
  /**
   * Batches of at most 1,000 rows, each with one cell for each column; rows without any content are left out.
   * It is read once. Who does not read it to the end ends its iterator, which lets go of the file.
   */
  readonly rows: AsyncIterable<readonly RawRow[]>;
  readonly detected: {
    readonly format: 'CSV' | 'XLSX';
    /** For as long as there was nothing but ASCII, UTF-8: ask again when the rows are read. */
    readonly encoding?: string;
    readonly delimiter?: string;
  };
}

export const MOST_COLUMNS = 200;
export const MOST_ROWS_OF_BATCH = 1000;

/** Of a workbook, which is held in memory as a whole. */
export const MOST_ROWS_OF_WORKBOOK = 100_000;

export function invalidFile(
  reason: FileProblem,
  message: string,
  extensions: Readonly<Record<string, unknown>> = {},
): DomainError {
  return new DomainError('INVALID_FILE', message, { reason, ...extensions });
}

export function tooManyRows(): DomainError {
  const most = MOST_ROWS_OF_WORKBOOK.toLocaleString('en');
  return invalidFile(
    'TOO_MANY_ROWS',
    `An Excel workbook may have at most ${most} rows here. Choose CSV, which has no such limit.`,
    { most: MOST_ROWS_OF_WORKBOOK },
  );
}

/** The names of the columns, from the first row that is not empty. */
export function columnsOf(header: RawRow): readonly string[] {
  if (header.length > MOST_COLUMNS) {
    throw invalidFile(
      'TOO_MANY_COLUMNS',
      `The file has ${header.length} columns; at most ${MOST_COLUMNS} are possible.`,
      { found: header.length, most: MOST_COLUMNS },
    );
  }
  const names = header.map((cell) => String(cell ?? '').trim());
  const nameless = names.indexOf('');
  if (nameless !== -1) {
    const position = nameless + 1;
    throw invalidFile('EMPTY_HEADER', `Column ${position} has no name in the first row.`, {
      position,
    });
  }
  const twice = duplicates(names);
  if (twice.length > 0) {
    throw invalidFile(
      'DUPLICATE_HEADER',
      `Several columns have the same name: ${twice.join(', ')}.`,
      { names: twice },
    );
  }
  return names;
}

/** Every name but the first of those that differ in nothing but case or form. */
function duplicates(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return names.filter((name) => {
    const key = name.normalize('NFKC').toLowerCase();
    return seen.size === seen.add(key).size;
  });
}

/** Whether there is nothing in any of its cells. */
export function isEmptyRow(row: RawRow): boolean {
  return row.every((cell) => cell === null || (typeof cell === 'string' && cell.trim() === ''));
}
