import { z } from 'zod';
import { arrayFault, numberArray } from './arrays';
import { materialIn } from './metrology-recipe';
import { incidenceDeg, real as number } from './scalars';

export { incidenceDeg };

/** Most values of one array of a compute request. */
const MOST = 1_000_000;

/** Length and bounds of an array of a request. */
export interface ColumnRule {
  readonly min?: number;
  readonly max?: number;
  readonly lowest?: number;
  readonly highest?: number;
}

const withLimit = (rule: ColumnRule) => ({ ...rule, max: rule.max ?? MOST, least: 0 });

/** Finite numbers. */
export const numbers = (describe: string, rule: ColumnRule = {}) => numberArray(withLimit(rule), describe);

/** Whole numbers. */
export const integers = (describe: string, rule: ColumnRule = {}) =>
  numberArray({ ...withLimit(rule), integer: true, min: rule.min ?? 0 }, describe);

/** Numbers with gaps: `null` on the wire, NaN inside. */
export const gaps = (describe: string, rule: ColumnRule = {}) =>
  numberArray({ ...withLimit(rule), nullable: true }, `${describe}; null where nothing was measured`).transform((v) =>
    Float64Array.from(v, (x) => x ?? Number.NaN),
  );

/** Names, one per row or column. */
export const names = (describe: string) => z.array(z.string().min(1).max(200)).max(MOST).meta({ description: describe });

export interface RowsRule {
  readonly nullable?: boolean;
  /** Rows of different length are accepted. */
  readonly ragged?: boolean;
  readonly minRows?: number;
}

/** Why a value is not a matrix by the rule; `null` when it is. */
function rowsFault(v: unknown, rule: RowsRule): string | null {
  if (!Array.isArray(v)) return v === undefined ? 'is missing' : 'must be an array of rows, each an array of numbers';
  if (v.length < (rule.minRows ?? 1) || v.length > MOST)
    return `has ${v.length} rows; ${rule.minRows ?? 1} to ${MOST} are accepted`;
  for (let i = 0; i < v.length; i++) {
    const fault = arrayFault(v[i], { max: 10_000, nullable: rule.nullable === true, least: 0 });
    if (fault !== null) return `row ${i} ${fault}`;
    if (rule.ragged !== true && (v[i] as unknown[]).length !== (v[0] as unknown[]).length)
      return `row ${i} has ${(v[i] as unknown[]).length} values, the first has ${(v[0] as unknown[]).length}`;
  }
  return null;
}

/** A matrix as rows; gaps become NaN. */
export const rows = (describe: string, rule: RowsRule = {}) =>
  z
    .custom<(number | null)[][]>()
    .superRefine((v, ctx) => {
      const fault = rowsFault(v, rule);
      if (fault !== null) ctx.addIssue({ code: 'custom', message: fault });
    })
    .meta({
      description: rule.nullable ? `${describe}; null where nothing was measured` : describe,
      override: {
        type: 'array',
        minItems: rule.minRows ?? 1,
        items: { type: 'array', items: { type: rule.nullable === true ? ['number', 'null'] : 'number' } },
      },
    })
    .transform((v) => v.map((row) => row.map((x) => x ?? Number.NaN)));

const say = <S extends z.ZodType>(schema: S, describe: string): S => schema.meta({ description: describe }) as S;

export const real = (describe: string) => say(number, describe);
/** A divisor: 0 is refused with the reason. */
export const notZero = (describe: string, why: string) =>
  say(
    number.refine((v) => v !== 0, `is 0; ${why}`),
    describe,
  );
/** Standard uncertainties used as weights: positive, since 0 claims to be without error and has no finite weight. */
export const uncertainties = (describe: string, rule: ColumnRule = {}) =>
  numberArray({ ...withLimit(rule), positive: true }, `${describe}, more than 0`);
export const positive = (describe: string) => say(number.positive(), describe);
export const atLeast = (least: number, describe: string) => say(number.min(least), describe);
export const share = (describe: string) => say(z.number().gt(0).lt(1), describe);
export const whole = (least: number, most: number, describe: string) => say(z.int().min(least).max(most), describe);
export const flag = (describe: string) => say(z.boolean(), describe);
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T, describe: string) =>
  say(z.enum(values), describe);

/** Optical index: a material of the library by name, a dispersion law, or values on the wavelengths of the request. */
export const indexIn = z
  .union([
    z.string().min(1).max(120),
    z.discriminatedUnion('kind', [
      ...materialIn.options,
      z.strictObject({
        kind: z.literal('values'),
        n: numbers('n on each wavelength'),
        k: numbers('k on each wavelength, 0 or more'),
      }),
    ]),
  ])
  .meta({ description: 'Name of a library material, a dispersion law, or values {kind: "values", n, k} on the wavelengths' });
export type IndexIn = z.infer<typeof indexIn>;
