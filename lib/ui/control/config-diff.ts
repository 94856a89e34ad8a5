import type { RunToRunConfig, RunToRunNumber } from '@/lib/control';
import { asEntered } from '../format';

export type ConfigTexts = Readonly<Record<keyof RunToRunConfig, string>>;

export interface ConfigField {
  key: RunToRunNumber;
  label: string;
  help: string;
  /** An empty field means null: "none". */
  optional: boolean;
  unit: 'output' | 'knob' | 'output/knob' | 'none';
}

/** The fields of a loop configuration in the order in which an engineer thinks of them. */
export const CONFIG_FIELDS: readonly ConfigField[] = [
  { key: 'lambda', label: 'λ', help: 'Weight of a new observation, above 0 to 1', optional: false, unit: 'none' },
  { key: 'gain', label: 'Gain', help: 'Change of the output by one unit of the knob', optional: false, unit: 'output/knob' },
  { key: 'target', label: 'Target', help: 'Output aimed at', optional: false, unit: 'output' },
  { key: 'xNominal', label: 'Nominal', help: 'Setpoint without any disturbance', optional: false, unit: 'knob' },
  { key: 'min', label: 'Lowest', help: 'Absolute limit', optional: false, unit: 'knob' },
  { key: 'max', label: 'Highest', help: 'Absolute limit', optional: false, unit: 'knob' },
  {
    key: 'maxStep',
    label: 'Step limit',
    help: 'Largest change from the setpoint in use; empty: none',
    optional: true,
    unit: 'knob',
  },
  { key: 'quantum', label: 'Quantum', help: 'Setpoints are multiples of it; empty: any value', optional: true, unit: 'knob' },
  { key: 'deadband', label: 'Deadband', help: 'A smaller change is not made; empty: none', optional: true, unit: 'knob' },
  {
    key: 'outlierSigma',
    label: 'Outlier gate',
    help: 'Sigmas beyond which an observation is set aside; empty: none',
    optional: true,
    unit: 'none',
  },
  {
    key: 'pmForget',
    label: 'Kept after PM',
    help: 'Share of the estimate kept: 1 all, 0 nothing',
    optional: false,
    unit: 'none',
  },
];

const WEIGH = 'Weigh by u';

/** A field as the form calls it. */
export const fieldLabel = (key: string): string => CONFIG_FIELDS.find((f) => f.key === key)?.label ?? WEIGH;

export const YES = 'yes';
export const NO = 'no';

/** What the inputs hold for a configuration. */
export const textsOf = (c: RunToRunConfig): ConfigTexts => ({
  ...(Object.fromEntries(CONFIG_FIELDS.map((f) => [f.key, fieldText(c[f.key])])) as Record<RunToRunNumber, string>),
  weighByUncertainty: c.weighByUncertainty ? YES : NO,
});

/** Text of a number for an input: full precision, a plain minus. */
export const fieldText = (v: number | null): string => (v === null ? '' : String(v));

/** The fields that differ, in words: "λ 0.4 → 0.3". */
export function configDifference(from: RunToRunConfig, to: RunToRunConfig): { label: string; from: string; to: string }[] {
  const text = (v: number | null): string => (v === null ? 'none' : asEntered(v));
  const numbers = CONFIG_FIELDS.filter((f) => from[f.key] !== to[f.key]).map((f) => ({
    label: f.label,
    from: text(from[f.key]),
    to: text(to[f.key]),
  }));
  const weigh = (c: RunToRunConfig): string => (c.weighByUncertainty ? YES : NO);
  return weigh(from) === weigh(to) ? numbers : [...numbers, { label: WEIGH, from: weigh(from), to: weigh(to) }];
}
