import { levelOf, ownParameter, parseCharacteristic, variableWords, whole } from '@/lib/characteristic';
import { AppError } from '@/lib/errors';
import { type ChartKind, kindOf } from '@/lib/spc';

const bad = (field: string, message: string): AppError => new AppError('invalid_input', message, { field });

/** The parts of a template that its variables have to do with. */
interface Checked {
  readonly kind: ChartKind;
  readonly variables?: readonly { readonly characteristic: string; readonly parameter?: string | undefined }[] | undefined;
  readonly baselineN: number;
  readonly specified: boolean;
  readonly where: { readonly characteristic?: unknown; readonly parameter?: unknown };
  readonly design?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Refuses variables that cannot be charted together, and a chart of several without any.
 * @throws AppError `invalid_input` with the field and what to do.
 */
export function checkVariables(c: Checked): void {
  const { label, ofVariables } = kindOf(c.kind);
  const { variables } = c;
  if (!ofVariables) {
    if (variables !== undefined)
      throw bad(
        'variables',
        `A chart of kind ${label} is of one value: leave the variables out, or choose Hotelling T², MEWMA or PCA.`,
      );
    return;
  }
  if (variables === undefined || variables.length < 2)
    throw bad('variables', `A chart of kind ${label} needs two variables at least: name the values that it watches together.`);
  const named = (['characteristic', 'parameter'] as const).find((f) => c.where[f] !== undefined);
  if (named !== undefined)
    throw bad(`where.${named}`, `A chart of kind ${label} says by its variables what it is of: leave ${named} open.`);
  if (c.specified)
    throw bad(
      'specified',
      'A statistic of several variables has no specification: leave the capability out, and chart the variables for it.',
    );
  checkEach(variables);
  checkBaseline(c, variables.length);
}

function checkEach(variables: NonNullable<Checked['variables']>): void {
  const seen = new Set<string>();
  let level: 'wafer' | 'lot' | null = null;
  for (const [i, v] of variables.entries()) {
    const field = `variables.${i}.characteristic`;
    const known = parseCharacteristic(v.characteristic);
    if (known === undefined)
      throw bad(
        field,
        `"${v.characteristic}" is no characteristic: write a name such as trace.SENSOR.STEP.mean or measurement.mean.`,
      );
    const own = ownParameter(known);
    if (own !== null && v.parameter !== undefined && v.parameter !== own)
      throw bad(`variables.${i}.parameter`, `${v.characteristic} is of ${own}, not of ${v.parameter}: leave the parameter out.`);
    if (own === null && (v.parameter ?? '') === '')
      throw bad(`variables.${i}.parameter`, `Say of which parameter ${v.characteristic} is taken.`);
    const mine = levelOf(v.characteristic);
    if (mine === null)
      throw bad(
        field,
        `${v.characteristic} cannot be charted with others: take values of a wafer or its run, or means of a lot.`,
      );
    level ??= mine;
    if (mine !== level)
      throw bad(
        field,
        `${variableWords(whole(v))} is of a ${mine} and the first variable of a ${level}: the variables of a chart are of one subject.`,
      );
    const key = JSON.stringify(whole(v));
    if (seen.has(key)) throw bad(field, `${variableWords(whole(v))} is in the list twice: take it out once.`);
    seen.add(key);
  }
}

function checkBaseline({ kind, baselineN, design }: Checked, variables: number): void {
  const { label, leastBaseline } = kindOf(kind);
  const least = leastBaseline?.(variables) ?? 0;
  if (baselineN < least)
    throw bad(
      'baselineN',
      `A baseline of ${baselineN} points is too short for ${variables} variables: a chart of kind ${label} needs ${least} at least.`,
    );
  const components = design?.['components'];
  if (typeof components === 'number' && components >= variables)
    throw bad(
      'design.components',
      `${components} components of ${variables} variables leave nothing to SPE: keep ${variables - 1} at most.`,
    );
}
