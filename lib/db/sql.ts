/** A statement with its parameters; made only by the {@link sql} tag, so that no value is ever part of the text. */
export interface Sql {
  readonly text: string;
  readonly values: readonly unknown[];
}

const isSql = (v: unknown): v is Sql => typeof v === 'object' && v !== null && 'text' in v && 'values' in v;

/** Tagged template: interpolated values become parameters, interpolated statements are spliced in. */
export function sql(parts: TemplateStringsArray, ...args: readonly unknown[]): Sql {
  let text = parts[0]!;
  const values: unknown[] = [];
  args.forEach((arg, i) => {
    if (isSql(arg)) {
      text += arg.text.replace(/\$(\d+)/g, (_, k: string) => `$${Number(k) + values.length}`);
      values.push(...arg.values);
    } else {
      values.push(arg);
      text += `$${values.length}`;
    }
    text += parts[i + 1]!;
  });
  return { text, values };
}

/** Conditions joined by AND; nothing where there are none. */
export function where(conditions: readonly (Sql | null | undefined | false)[]): Sql {
  const kept = conditions.filter(isSql);
  if (kept.length === 0) return sql``;
  return kept.slice(1).reduce((acc, c) => sql`${acc} AND ${c}`, sql`WHERE ${kept[0]}`);
}

/** A `float8[]` literal from numbers; NaN and null become NULL ("not measured"). */
export function float8Array(v: ArrayLike<number | null>): string {
  let s = '{';
  for (let i = 0; i < v.length; i++) {
    const x = v[i];
    s += i > 0 ? ',' : '';
    s += x === null || x === undefined || Number.isNaN(x) ? 'NULL' : Object.is(x, -0) ? '-0' : String(x);
  }
  return `${s}}`;
}

/** A `float8[]` in Postgres text form to a typed array, NULL to NaN: several times faster than the driver's general parser. */
export function parseFloat8Array(s: string): Float64Array {
  if (s.length <= 2) return new Float64Array(0);
  const parts = s.slice(1, -1).split(',');
  const out = new Float64Array(parts.length);
  for (let i = 0; i < parts.length; i++) out[i] = parts[i] === 'NULL' ? Number.NaN : Number(parts[i]);
  return out;
}
