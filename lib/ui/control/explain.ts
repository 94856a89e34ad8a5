import type { AdviceExplanation, Clip } from '@/lib/control';
import { asEntered, decimalsFor, num, unitLabel, withU } from '../format';
import { waferName } from '../links';

export interface ExplainInput {
  explanation: AdviceExplanation;
  setpoint: number;
  unit: string;
  knob: string;
  knobUnit: string;
  quantum: number | null;
  lastLot: string | null;
  lastSlot: number | null;
}

const CLIP_WORDS: Readonly<Record<Clip, string>> = {
  step: 'the step limit',
  absolute: 'the absolute limit',
  quantum: 'rounding to what the tool can set',
  deadband: 'the deadband: the change is too small to be made',
};

/** Decimals of a knob: those of its quantum, else enough to show its steps. */
export const knobDecimals = (quantum: number | null, span: number): number => {
  if (quantum === null) return decimalsFor(span / 1000);
  for (let d = 0; d <= 6; d++) if (Math.abs(quantum - Number(quantum.toFixed(d))) < 1e-12) return d;
  return 6;
};

/** Why this setpoint, step by step, in words and numbers: one line per step, in order. */
export function explainAdvice(i: ExplainInput): string[] {
  const e = i.explanation;
  const du = decimalsFor(e.uDHat ?? Math.max(Math.abs(e.dHat), 1e-6) / 10);
  const dk = knobDecimals(i.quantum, Math.abs(e.xNominal));
  const y = unitLabel(i.unit);
  const x = unitLabel(i.knobUnit);
  const u = (s: string, unit: string): string => (unit ? `${s} ${unit}` : s);
  const used =
    i.lastLot === null
      ? 'No wafer of this thread has been measured yet: the estimate is empty.'
      : `Last used: ${waferName(i.lastLot, i.lastSlot)}, observation ${e.n} since the last reset.`;
  const lines = [
    `Target ${u(asEntered(e.target, du), y)}, nominal ${i.knob} ${u(asEntered(e.xNominal, dk), x)}.`,
    used,
    `Disturbance d̂ = ${u(withU(e.dHat, e.uDHat, du), y)}: with the nominal recipe the output would lie so far from target.`,
    `${asEntered(e.xNominal, dk)} − (${num(e.dHat, du)}) / (${asEntered(e.gain)}) = ${u(num(e.raw, dk + 1), x)} would bring it back.`,
  ];
  for (const c of e.clips)
    lines.push(
      `${num(c.from, dk + 1)} became ${u(num(c.to, dk), x)} by ${CLIP_WORDS[c.kind]} (counted from ${num(e.reference, dk)} in use).`,
    );
  if (e.clips.length === 0) lines.push('No limit, rounding or deadband changed it.');
  return lines;
}
