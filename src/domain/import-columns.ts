import { DomainError, invalidInput } from '../errors.js';
import type { FieldDesign } from './dataset-field.js';
import { nameKey } from './directory.js';
import type { Field, FieldType } from './field-values.js';

/** As where fields are added one by one. */
const LONGEST_NAME = 200;

/** What is to become of a column of a file. A column that is not spoken of goes into the field of its name. */
export interface ColumnChoice {
  readonly column: string;
  /** The key of the field that it goes into. */
  readonly field?: string | null | undefined;
  /** The type of a new field that it goes into, which gets the column's name. */
  readonly newFieldType?: FieldType | null | undefined;
  readonly skip?: boolean | null | undefined;
}

export interface MappedColumn {
  readonly column: string;
  readonly field: Field | null;
  readonly design: FieldDesign | null;
  readonly skip: boolean;
}

/** Finds the place of every column of a file. Throws INVALID_INPUT for choices that make no sense. */
export function mapColumns(
  fields: readonly Field[],
  columns: readonly string[],
  choices: readonly ColumnChoice[],
): MappedColumn[] {
  const strange = choices.find(({ column }) => !columns.includes(column));
  if (strange) throw refused(`The file has no column “${strange.column.slice(0, 100)}”.`);
  const mapped = columns.map((column) => mapColumn(fields, column, choices));
  const targets = mapped.flatMap(({ field }) => field?.key ?? []);
  const twice = targets.find((key, at) => targets.indexOf(key) !== at);
  if (twice !== undefined) throw refused(`Two columns go into the field “${twice}”.`);
  return mapped;
}

function mapColumn(
  fields: readonly Field[],
  column: string,
  choices: readonly ColumnChoice[],
): MappedColumn {
  const nowhere = { column, field: null, design: null, skip: false };
  const [choice, another] = choices.filter((each) => each.column === column);
  if (another) throw refused(`The column “${column}” is spoken of twice.`);
  const given = [choice?.field, choice?.newFieldType, choice?.skip || null];
  if (given.filter((each) => each != null).length > 1) {
    throw refused(`Of the column “${column}” say one thing: a field, a new field, or skip.`);
  }
  if (choice?.skip) return { ...nowhere, skip: true };
  if (choice?.newFieldType) return { ...nowhere, design: designOf(column, choice.newFieldType) };
  const field =
    choice?.field == null
      ? (named(fields, column) ?? named(fields, column.replace(HARMLESS, '')))
      : fields.find(({ key }) => key === choice.field);
  if (choice?.field != null && !field) {
    throw refused(`There is no field “${choice.field.slice(0, 100)}” for “${column}”.`);
  }
  return { ...nowhere, field: field ?? null };
}

/** What an export puts before a name that a spreadsheet would run as a formula. */
const HARMLESS = /^'(?=[=+\-@])/;

function named(fields: readonly Field[], column: string): Field | undefined {
  return fields.find((each) => nameKey(each.name) === nameKey(column));
}

function designOf(name: string, type: FieldType): FieldDesign {
  if (name.length > LONGEST_NAME || !name.isWellFormed() || /\p{Cc}/u.test(name)) {
    throw refused(
      `“${name.slice(0, 100)}” is no name for a field: that is one line of at most ${LONGEST_NAME} characters.`,
    );
  }
  if (type === 'CHOICE' || type === 'USER') {
    throw refused(`Add the field for “${name}” first: its choices are not known.`);
  }
  const plain = { helpText: '', isRequired: false, isUnique: false, choices: [] };
  return { ...plain, name, type, defaultValue: null };
}

/** The columns that go into no field that exists: new, skipped and unknown ones. */
export function unknownColumns(mapped: readonly MappedColumn[]): string[] {
  return mapped.filter(({ field }) => !field).map(({ column }) => column);
}

/** Throws UNKNOWN_COLUMNS if nobody said what is to become of a column. */
export function assertDecided(mapped: readonly MappedColumn[]): void {
  const open = mapped.filter(({ field, design, skip }) => !field && !design && !skip);
  if (open.length === 0) return;
  const columns = open.map(({ column }) => column);
  throw new DomainError(
    'UNKNOWN_COLUMNS',
    `No field has the name of these columns: ${columns.join(', ')}. Say which field each goes into, of which type a new one is to be, or that it is to be skipped.`,
    { columns },
  );
}

function refused(message: string): DomainError {
  return invalidInput([{ path: ['input', 'columns'], message }]);
}
