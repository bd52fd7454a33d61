import { rowId } from '../support/transfers.js';
import type { Reader } from './world.js';

/** Something in the database that not everybody may know, and another database in which it is different. */
export interface Secret {
  /** The fields of the schema that show it. */
  readonly fields: readonly string[];
  /** Who may know, by hand from the requirements; whoever is first is shown it by these fields themselves. */
  readonly known: readonly Reader[];
  readonly statements: readonly string[];
}

/** Where secrets are written down. */
export function secretBook() {
  const secrets: Secret[] = [];
  const add = (fields: string, known: readonly Reader[], ...statements: string[]): void =>
    void secrets.push({ fields: fields.split(' '), known, statements });
  return {
    secrets,
    add,
    /** Columns of one row, each by the fields that show it: those of its type, unless they name another. */
    row(
      type: string,
      table: string,
      id: string,
      known: readonly Reader[],
      columns: Readonly<Record<string, string>>,
    ): void {
      for (const [fields, assignments] of Object.entries(columns)) {
        const shown = fields
          .split(' ')
          .map((field) => (field.includes('.') ? field : `${type}.${field}`));
        add(shown.join(' '), known, changing(table, id, assignments));
      }
    },
  };
}

export type SecretBook = ReturnType<typeof secretBook>;

/** A statement that changes one row. */
export function changing(table: string, id: string, assignments: string, key = 'id'): string {
  return `UPDATE "${table}" SET ${assignments} WHERE ${key} = '${rowId(id)}'`;
}

/** A statement that adds a row like that one, but for these columns. */
export function another(table: string, id: string, differing: Readonly<Record<string, unknown>>) {
  const patch = JSON.stringify(differing).replaceAll("'", "''");
  return (
    `INSERT INTO "${table}" SELECT (jsonb_populate_record(t, '${patch}')).* ` +
    `FROM "${table}" t WHERE id = '${rowId(id)}'`
  );
}
