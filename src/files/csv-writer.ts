import { type CastingContext, type Options, stringify } from 'csv-stringify/sync';

export interface CsvColumn {
  readonly name: string;
  /** Whether people write what they like in it: numbers, dates and truth values are never altered. */
  readonly isText: boolean;
}

export type CsvCell = string | boolean | null;

export interface CsvWriter {
  header(): string;
  rows(batch: readonly (readonly CsvCell[])[]): string;
}

/**
 * What a spreadsheet may take for a formula, also in its full-width form, or cut off until it is one (OWASP,
 * “CSV Injection”).
 */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/**
 * Excel takes a file without a byte order mark for one in the computer’s own encoding, and every umlaut breaks.
 * Other readers know the mark, this one’s counterpart among them.
 */
const MARK = '\ufeff';

/** CSV after RFC 4180, for spreadsheets and for programs. */
export function csvWriter(columns: readonly CsvColumn[]): CsvWriter {
  const isText = columns.map((column) => column.isText);
  const options: Options = {
    record_delimiter: 'windows',
    quote_record_delimiter: true,
    // So that a reader who guesses the delimiter outside of quotes finds nothing but the comma.
    quoted_match: /[;\t|]/,
  };
  const harmless = (text: string) => (FORMULA.test(text) ? `'${text}` : text);
  const cast: Options['cast'] = {
    boolean: String,
    string: (text: string, { index }: CastingContext) => (isText[index] ? harmless(text) : text),
  };
  return {
    header: () => {
      const names = columns.map(({ name }) => harmless(name));
      return MARK + stringify([names], options);
    },
    rows: (batch) => stringify([...batch], { ...options, cast }),
  };
}
