import { AppError } from '@/lib/errors';
import { type GaugeComponents, gaugeComponents } from './gauge-components';
import { type RandomEffect, varianceComponents } from './variance-components';

/** A gauge study as columns, one entry a reading; it need not be balanced. */
export interface GaugeReadings {
  /** Readings; NaN means not measured and is left out. */
  readonly value: ArrayLike<number>;
  readonly operator: readonly (string | number)[];
  readonly part: readonly (string | number)[];
}

/** Options of {@link remlGauge}. */
export interface GaugeRemlOptions {
  /**
   * `crossed` (default): operators measure the same parts. `nested`: each operator measures different parts; equal part names of two operators are
   * different parts.
   */
  readonly design?: 'crossed' | 'nested';
  /** Crossed only: operator by part. Default true where some cell has repeats. */
  readonly interaction?: boolean;
  /** USL − LSL, for P/T. */
  readonly tolerance?: number;
}

/** A gauge study by restricted maximum likelihood; standard deviations in the unit of the readings, variances in its square. */
export interface GaugeReml extends GaugeComponents {
  readonly n: number;
  readonly operators: number;
  readonly parts: number;
  readonly mean: number;
  readonly uMean: number;
  /** Per effect of the model: variance, its standard error, and whether it is held at 0. */
  readonly components: readonly {
    readonly source: 'operator' | 'part' | 'interaction' | 'repeatability';
    readonly variance: number;
    readonly standardError: number;
    readonly atBound: boolean;
  }[];
  readonly logLikelihood: number;
  readonly convergence: {
    readonly status: 'converged' | 'max_iterations';
    readonly iterations: number;
    /** Largest |score·σ²| of the free components, and last relative step. */
    readonly score: number;
    readonly lastStep: number;
  };
}

/**
 * Gauge study by restricted maximum likelihood: no component is negative, readings may be missing, and the interaction is kept instead of pooled.
 * Equals `crossedGauge` (interaction kept) and `nestedGauge` on balanced data whose components are positive. Look at `convergence.status`.
 * @returns components with standard errors.
 * @throws AppError `invalid_input` on columns of unequal length, one operator, one part, or no repeats; `out_of_domain` when repeats are identical.
 * @reference Searle, Casella & McCulloch, Variance Components (1992), ch. 6; Burdick, Borror & Montgomery, Design and Analysis of Gauge R&R Studies
 * (2005), ch. 2, 8.
 */
export function remlGauge(readings: GaugeReadings, options: GaugeRemlOptions = {}): GaugeReml {
  const { value, operator, part } = readings;
  if (operator.length !== value.length || part.length !== value.length)
    throw new AppError(
      'invalid_input',
      `value, operator and part have ${value.length}, ${operator.length} and ${part.length} entries`,
      { field: 'operator' },
    );
  const rows = Array.from({ length: value.length }, (_, i) => i).filter((i) => !Number.isNaN(value[i]!));
  const nested = options.design === 'nested';
  const cell = (i: number): string => JSON.stringify([operator[i], part[i]]);
  const byOperator = effect('operator', rows, (i) => String(operator[i]));
  const byCell = effect('interaction', rows, cell);
  const byPart = nested ? { ...byCell, name: 'part' } : effect('part', rows, (i) => String(part[i]));
  if (byOperator.levels < 2 || byPart.levels < 2)
    throw new AppError(
      'invalid_input',
      `a gauge study needs two operators (tools) and two parts, got ${byOperator.levels} and ${byPart.levels}`,
      {
        operators: byOperator.levels,
        parts: byPart.levels,
      },
    );
  const repeated = byCell.levels < rows.length;
  if (!repeated && (nested || options.interaction === true))
    throw new AppError('invalid_input', 'no part was read twice by one operator: repeat readings, or leave out the interaction', {
      field: 'value',
    });
  const effects = [byOperator, byPart, ...(!nested && (options.interaction ?? repeated) ? [byCell] : [])];
  const fit = varianceComponents(
    rows.map((i) => value[i]!),
    effects,
  );
  const sources = [...effects.map((e) => e.name as 'operator' | 'part' | 'interaction'), 'repeatability' as const];
  const components = sources.map((source, k) => ({
    source,
    variance: fit.variances[k]!,
    standardError: fit.standardErrors[k]!,
    atBound: fit.atBound[k]!,
  }));
  const variance = (s: string): number => components.find((c) => c.source === s)?.variance ?? 0;
  return {
    ...gaugeComponents(
      {
        repeatability: variance('repeatability'),
        operator: variance('operator'),
        interaction: variance('interaction'),
        part: variance('part'),
      },
      options.tolerance,
    ),
    n: rows.length,
    operators: byOperator.levels,
    parts: byPart.levels,
    mean: fit.mean,
    uMean: fit.uMean,
    components,
    logLikelihood: fit.logLikelihood,
    convergence: { status: fit.status, iterations: fit.iterations, score: fit.score, lastStep: fit.lastStep },
  };
}

function effect(name: string, rows: readonly number[], key: (i: number) => string): RandomEffect {
  const seen = new Map<string, number>();
  const level = Int32Array.from(rows, (i) => {
    const k = key(i);
    const known = seen.get(k);
    if (known !== undefined) return known;
    seen.set(k, seen.size);
    return seen.size - 1;
  });
  return { name, level, levels: seen.size };
}
