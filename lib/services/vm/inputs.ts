/** What a virtual-metrology model sees of a run: its trace features, the setpoints it used, and where it ran. */
export interface ModelInput {
  readonly names: readonly string[];
  readonly values: ArrayLike<number>;
  readonly setpoints: Readonly<Record<string, number>>;
  readonly tool: string;
  readonly chamber: string;
}

const SETPOINT = 'setpoint:';
const CHAMBER = 'chamber:';

export const setpointInput = (name: string): string => `${SETPOINT}${name}`;
export const chamberInput = (tool: string, chamber: string): string => `${CHAMBER}${tool}/${chamber}`;

/** The run's values in the order of a model's inputs; NaN where the run has no such feature (a sensor that was not recorded). */
export function inputVector(run: ModelInput, inputs: readonly string[], positions: ReadonlyMap<string, number>): Float64Array {
  const here = chamberInput(run.tool, run.chamber);
  return Float64Array.from(inputs, (name) => {
    if (name.startsWith(CHAMBER)) return name === here ? 1 : 0;
    if (name.startsWith(SETPOINT)) {
      const knob = name.slice(SETPOINT.length);
      return Object.hasOwn(run.setpoints, knob) ? run.setpoints[knob]! : Number.NaN;
    }
    const at = positions.get(name);
    return at === undefined ? Number.NaN : run.values[at]!;
  });
}

/** Unit of each feature, by its name. */
export type FeatureUnits = ReadonlyMap<string, string>;

export const unitsOf = (names: readonly string[], units: readonly string[]): FeatureUnits =>
  new Map(names.map((n, i) => [n, units[i] ?? '']));

/**
 * Positions of a run's features among the model's. A feature in another unit than the model's has none: its number means something else, and the
 * model treats it as not recorded.
 * @param known - units of the model's features.
 */
export const positionsOf = (
  names: readonly string[],
  units: readonly string[],
  known: FeatureUnits,
): ReadonlyMap<string, number> => new Map(names.flatMap((n, i) => (isOther(known.get(n), units[i]) ? [] : [[n, i] as const])));

const isOther = (known: string | undefined, unit: string | undefined): boolean => known !== undefined && known !== unit;

/** Features of a run that these inputs need and that arrive in another unit. */
export const otherUnits = (
  run: { readonly names: readonly string[]; readonly units: readonly string[] },
  inputs: readonly string[],
  known: FeatureUnits,
): { name: string; unit: string; known: string }[] => {
  const asked = new Set(inputs);
  return run.names.flatMap((name, i) =>
    asked.has(name) && isOther(known.get(name), run.units[i])
      ? [{ name, unit: run.units[i] ?? '', known: known.get(name)! }]
      : [],
  );
};

interface Recorded {
  readonly feature_set_id: string;
  readonly names: readonly string[];
  readonly units: readonly string[];
}

/**
 * The newest of these runs that recorded every feature in the unit that most runs use: a model is trained in its units, so that one run in another
 * unit does not turn all others into missing values. The newest run if there is none.
 */
export function inUsualUnits<R extends Recorded>(runs: readonly R[]): R {
  // Runs share few sets of features: each set votes once, weighted by its number of runs.
  const sets = new Map<string, { of: R; runs: number }>();
  for (const r of runs) {
    const known = sets.get(r.feature_set_id);
    if (known === undefined) sets.set(r.feature_set_id, { of: r, runs: 1 });
    else known.runs++;
  }
  const votes = new Map<string, Map<string, number>>();
  for (const { of: r, runs: n } of sets.values())
    for (const [i, name] of r.names.entries()) {
      const units = votes.get(name) ?? new Map<string, number>();
      units.set(r.units[i] ?? '', (units.get(r.units[i] ?? '') ?? 0) + n);
      votes.set(name, units);
    }
  const usual = new Map([...votes].map(([n, units]) => [n, [...units].reduce((a, b) => (b[1] > a[1] ? b : a))[0]]));
  const isUsual = new Map([...sets].map(([id, { of: r }]) => [id, r.names.every((n, i) => usual.get(n) === r.units[i])]));
  return runs.findLast((r) => isUsual.get(r.feature_set_id)) ?? runs.at(-1)!;
}
