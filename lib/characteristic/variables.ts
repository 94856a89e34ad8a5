import { characteristicName, parseCharacteristic } from './characteristic';
import { characteristicWords, ownParameter } from './words';

/** One of several values that a chart watches together. */
export interface Variable {
  /** Its characteristic. */
  readonly characteristic: string;
  /** The parameter that was measured, the overlay term, or the sensor. */
  readonly parameter: string;
}

/** A variable of a chart, with its unit. */
export interface ChartVariable extends Variable {
  readonly unit: string;
}

/** "pressure mean in etch", "thickness edge mean". */
export function variableWords(v: Variable): string {
  const words = characteristicWords(v.characteristic);
  return v.parameter === '' || words.toLowerCase().startsWith(v.parameter.toLowerCase()) ? words : `${v.parameter} ${words}`;
}

/** Whether what a variable is of can be charted together with others: one value of a wafer's run, or of a lot; null: neither. */
export function levelOf(characteristic: string): 'wafer' | 'lot' | null {
  const c = parseCharacteristic(characteristic);
  if (c === undefined || c.source === 'count' || c.source === 'event' || c.source === 'joint') return null;
  if (!c.lot) return 'wafer';
  return c.source === 'vm' ? null : 'lot';
}

/** The characteristic of a chart of several variables of one level. */
export const jointCharacteristic = (level: 'wafer' | 'lot'): string =>
  characteristicName({ source: 'joint', lot: level === 'lot' });

/** A variable with the parameter that its characteristic names itself. */
export function whole(v: { readonly characteristic: string; readonly parameter?: string | undefined }): Variable {
  const c = parseCharacteristic(v.characteristic);
  return { characteristic: v.characteristic, parameter: v.parameter ?? (c === undefined ? null : ownParameter(c)) ?? '' };
}

/** Longest name of a set that spells its parameters out. */
const SPELLED = 48;

/** A name for several variables: their parameters, or the first and how many more. */
export function setName(list: readonly Variable[]): string {
  const parameters = [...new Set(list.map((v) => v.parameter))];
  const spelled = parameters.join(' + ');
  if (spelled.length <= SPELLED) return parameters.length === 1 ? `${spelled} (${list.length} values)` : spelled;
  return `${parameters[0]} and ${parameters.length - 1} more`;
}
