import type { Fact } from './export-frame';

export type FactValue = readonly [name: string, value: string | number | null | undefined];

const iso = (ms: number): string => new Date(ms).toISOString();

/** The facts that are known: empty ones are left out; of several with one name the last value is kept, at the place of the first. */
export function knownFacts(facts: readonly FactValue[]): Fact[] {
  const said = new Map<string, string>();
  for (const [name, v] of facts) if (v !== null && v !== undefined && v !== '') said.set(name, String(v));
  return [...said];
}

/** One wafer at one step. Slot 0 stands for no wafer. */
export interface WaferOf {
  readonly lot: string | null;
  readonly slot: number | null;
  readonly product: string | null;
  readonly layer?: string | null;
  readonly operation: string | null;
  readonly parameter?: string | null;
  readonly tool?: string | null;
  readonly chamber?: string | null;
  readonly station?: string | null;
  readonly measuredMs?: number | null;
}

/** What every picture and table of a wafer states first. */
export const waferFacts = (w: WaferOf): FactValue[] => [
  ['lot', w.lot],
  ['wafer', w.slot === 0 ? null : w.slot],
  ['product', w.product],
  ['layer', w.layer],
  ['operation', w.operation],
  ['parameter', w.parameter],
  ['tool', w.tool],
  ['chamber', w.chamber],
  ['station', w.station],
  ['measured at', w.measuredMs == null ? null : iso(w.measuredMs)],
];

/** A wafer's spectra with the recipe that fitted them. */
export const spectrumFacts = (
  head: WaferOf & { readonly codeVersion: string | null },
  recipe: { readonly name: string; readonly version: number },
): FactValue[] => [...waferFacts(head), ['recipe', recipe.name], ['recipe version', recipe.version], ['code', head.codeVersion]];

/** The requested period of process time. */
export const windowFacts = (fromMs: number, toMs: number): FactValue[] => [
  ['from', iso(fromMs)],
  ['to', iso(toMs)],
];

/** A control loop with its version in force. */
export const loopFacts = (l: {
  readonly name: string;
  readonly product: string;
  readonly operation: string;
  readonly parameter: string;
  readonly knob: string;
  readonly knobUnit: string;
  readonly version: number;
  readonly state: string;
}): FactValue[] => [
  ['loop', l.name],
  ['product', l.product],
  ['operation', l.operation],
  ['parameter', l.parameter],
  ['knob', l.knobUnit === '' ? l.knob : `${l.knob} (${l.knobUnit})`],
  ['version', l.version],
  ['state', l.state],
];

/** A virtual-metrology model and its newest version. */
export const modelFacts = (m: {
  readonly product: string;
  readonly operation: string;
  readonly parameter: string;
  readonly version: number | null;
  readonly codeVersion: string | null;
}): FactValue[] => [
  ['model', `${m.operation} ${m.parameter} ${m.product}`],
  ['product', m.product],
  ['operation', m.operation],
  ['parameter', m.parameter],
  ['version', m.version],
  ['code', m.codeVersion],
];
