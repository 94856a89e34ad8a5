/** One case of a reference file; `method` is the case's own or the file's `model`. */
export interface ReferenceCase {
  readonly id: string;
  readonly method: string;
  readonly schema: string;
  readonly file: string;
  readonly input: Input;
  readonly expected: Input;
  readonly tolerance: Tolerance;
}

/** Parsed JSON of a case. Cases are data that the registry functions know the shape of; `Value` keeps that in one place. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Input = { readonly [key: string]: Json };

export interface FieldTolerance {
  readonly abs?: number;
  readonly rel?: number;
  readonly relToMax?: number;
  readonly minLre?: number;
  readonly oneSided?: string;
}

export interface Tolerance extends FieldTolerance {
  readonly default?: FieldTolerance;
  readonly fields?: Readonly<Record<string, FieldTolerance>>;
  readonly signFree?: readonly string[];
  /** Names of lists that are sets. */
  readonly unordered?: readonly string[];
  readonly [key: string]: unknown;
}

export interface Mismatch {
  readonly path: string;
  readonly got: unknown;
  readonly expected: unknown;
  readonly tolerance: string;
}

/** How a method is checked: compute values and compare by the stats schema, or bring an own comparison. */
export interface ReferenceMethod {
  readonly compute: (c: ReferenceCase) => unknown;
  readonly compare?: (got: unknown, c: ReferenceCase) => Mismatch[];
}

/** Method (or file model) to function. A file per capability exports one; `registry.ts` joins them. */
export type Registry = Readonly<Record<string, ReferenceMethod | ((c: ReferenceCase) => unknown)>>;
