import { type Sql, sql } from '@/lib/db';
import type { ReadFilter } from './collection';

const oneOf = (of: Sql, text: string): ReadFilter => ({
  text,
  type: 'text',
  where: (values) => sql`${of} = ANY(${values}::text[])`,
});

/** @param of - a text. @param text - what it is, for the documentation. */
export const byText = oneOf;

/** @param of - a text that has only these values. */
export const byWord = (of: Sql, text: string, among: readonly string[]): ReadFilter => ({ ...oneOf(of, text), among });

export const byId = (of: Sql, text: string): ReadFilter => ({
  text,
  type: 'uuid',
  where: (values) => sql`${of} = ANY(${values}::uuid[])`,
});

/** Whether something is so: `true` or `false`. */
export const byFlag = (is: Sql, text: string): ReadFilter => ({
  text,
  type: 'text',
  among: ['true', 'false'],
  where: (values) => sql`(${is}) = ANY(${values.map((v) => v === 'true')}::bool[])`,
});

/** The filters that nearly all collections share, of a row that has these columns under this alias. */
export const whereFilters = (
  of: Readonly<Record<'lot' | 'operation' | 'product' | 'tool' | 'chamber', Sql>>,
): Readonly<Record<string, ReadFilter>> => ({
  lot: oneOf(of.lot, 'Name of a lot.'),
  operation: oneOf(of.operation, 'Name of an operation.'),
  product: oneOf(of.product, 'Name of a product.'),
  tool: oneOf(of.tool, 'Name of a process tool.'),
  chamber: oneOf(of.chamber, 'Name of a chamber of a tool.'),
});
