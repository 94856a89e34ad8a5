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
    if (name.startsWith(SETPOINT)) return run.setpoints[name.slice(SETPOINT.length)] ?? Number.NaN;
    const at = positions.get(name);
    return at === undefined ? Number.NaN : run.values[at]!;
  });
}

export const positionsOf = (names: readonly string[]): ReadonlyMap<string, number> => new Map(names.map((n, i) => [n, i]));
