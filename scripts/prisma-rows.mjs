#!/usr/bin/env node
/**
 * Prisma generator: writes `lib/db/generated/rows.ts` from `schema.prisma`, with the row type of each table under its database names, as `lib/db`
 * reads it, and the Postgres type of each column for bulk writers.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import generatorHelper from '@prisma/generator-helper';

/** Prisma type, or native type where one is given → [Postgres type, TypeScript type of a value that `lib/db` reads]. */
const TYPES = {
  String: ['text', 'string'],
  Boolean: ['bool', 'boolean'],
  Int: ['int4', 'number'],
  BigInt: ['int8', 'number'],
  Float: ['float8', 'number'],
  DateTime: ['timestamptz', 'Date'],
  Json: ['jsonb', 'unknown'],
  Bytes: ['bytea', 'Buffer'],
  Uuid: ['uuid', 'string'],
  SmallInt: ['int2', 'number'],
  Real: ['float4', 'number'],
  DoublePrecision: ['float8', 'number'],
  Timestamptz: ['timestamptz', 'Date'],
  Date: ['date', 'Date'],
};

/** Postgres type and TypeScript type of one column. */
function typeOf(field, enums) {
  if (field.kind === 'enum') {
    const { dbName, name, values } = enums.get(field.type);
    return [dbName ?? name, values.map((v) => `'${v.dbName ?? v.name}'`).join(' | ')];
  }
  const native = field.nativeType?.[0];
  const [sql, ts] = TYPES[native] ?? TYPES[field.type] ?? [];
  if (!sql || (native && !TYPES[native])) throw new Error(`${field.name}: no row type for ${field.type} ${native ?? ''}`);
  return [sql, ts];
}

/** float8[] is read as Float64Array, its NULLs as NaN. */
const listOf = (ts, sql) => (sql === 'float8' || sql === 'float4' ? 'Float64Array' : `${ts.includes('|') ? `(${ts})` : ts}[]`);

function columnsOf(model, enums) {
  return model.fields
    .filter((f) => f.kind !== 'object')
    .map((f) => {
      const [sql, ts] = typeOf(f, enums);
      const value = f.isList ? listOf(ts, sql) : ts;
      return {
        name: f.dbName ?? f.name,
        sql: f.isList ? `${sql}[]` : sql,
        ts: f.isRequired || f.isList || value === 'unknown' ? value : `${value} | null`,
        doc: f.documentation,
        nullable: !f.isRequired,
      };
    });
}

const comment = (text, indent) => (text ? `${indent}/** ${text.replaceAll('\n', ' ')} */\n` : '');

function render({ models, enums }) {
  const known = new Map(enums.map((e) => [e.name, e]));
  const tables = models.map((m) => ({ name: m.dbName ?? m.name, doc: m.documentation, columns: columnsOf(m, known) }));
  const rows = tables.map(
    (t) =>
      `${comment(t.doc, '  ')}  ${t.name}: {\n${t.columns.map((c) => `${comment(c.doc, '    ')}    ${c.name}: ${c.ts};\n`).join('')}  };\n`,
  );
  const columns = tables.map(
    (t) => `  ${t.name}: {\n${t.columns.map((c) => `    ${c.name}: '${c.sql}${c.nullable ? '?' : ''}',\n`).join('')}  },\n`,
  );
  return `// Made from prisma/schema.prisma; \`npx prisma generate\` makes it anew.

/** Table → a row of it, by the names of the database, as \`lib/db\` reads it. */
export interface Rows {
${rows.join('')}}

/** Table → column → Postgres type, with a question mark where it may be NULL. */
export const COLUMNS = {
${columns.join('')}} as const;
`;
}

generatorHelper.generatorHandler({
  onManifest: () => ({ prettyName: 'row types', defaultOutput: '../lib/db/generated' }),
  async onGenerate({ dmmf, generator }) {
    const folder = generator.output.value;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'rows.ts'), render(dmmf.datamodel));
  },
});
