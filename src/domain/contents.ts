import DataLoader from 'dataloader';

import type { Prisma } from '../db/generated/client.js';
import type { Tx } from '../db/scoped.js';
import { readFields } from './dataset-field.js';
import type { Field } from './field-values.js';
import { readTogether } from './row-query.js';

/** Reads what is in datasets: for all the datasets of a page with one statement. */
export class Contents {
  readonly #fields: DataLoader<string, Field[]>;
  readonly #statements: Readonly<Record<Shape, DataLoader<Prisma.Sql, object[]>>>;

  constructor(reader: Tx) {
    this.#fields = new DataLoader(async (ids) => {
      const fields = await readFields(reader, ids);
      return ids.map((id) => fields.get(id) ?? []);
    });
    const together = () =>
      new DataLoader<Prisma.Sql, object[]>((statements) => readTogether(reader, statements), {
        cache: false,
      });
    this.#statements = {
      associated: together(),
      count: together(),
      history: together(),
      rows: together(),
    };
  }

  fields(datasetId: string): Promise<Field[]> {
    return this.#fields.load(datasetId);
  }

  /** What a statement finds; those of one shape that are asked at the same moment run as one. */
  async find<T extends object>(shape: Shape, statement: Prisma.Sql): Promise<T[]> {
    return (await this.#statements[shape].load(statement)) as T[];
  }
}

type Shape = 'associated' | 'count' | 'history' | 'rows';
