import {
  type RunToRunConfig,
  type RunToRunFaultKind,
  type RunToRunNumber,
  type RunToRunNumbers,
  runToRunFaults,
} from '@/lib/control';
import { asEntered, parseNumber } from '../format';
import { CONFIG_FIELDS, type ConfigTexts, fieldLabel, YES } from './config-diff';

/** What is wrong with a field, in the words of the form. */
export type ConfigIssues = Readonly<Partial<Record<RunToRunNumber, string>>>;

function numbersOf(text: ConfigTexts): { numbers: RunToRunNumbers; issues: ConfigIssues } {
  const issues: Partial<Record<RunToRunNumber, string>> = {};
  const numbers = Object.fromEntries(
    CONFIG_FIELDS.map((f) => {
      const typed = text[f.key].trim();
      const v = parseNumber(typed);
      if (typed === '') {
        if (!f.optional) issues[f.key] = 'Give a number.';
        return [f.key, null];
      }
      if (!Number.isFinite(v)) issues[f.key] = `“${typed}” is not a number.`;
      return [f.key, Number.isFinite(v) ? v : null];
    }),
  ) as Record<RunToRunNumber, number | null>;
  return { numbers, issues };
}

/** What the controller refuses, in words of the form. */
const FAULT: Readonly<Record<RunToRunFaultKind, (n: RunToRunNumbers) => string>> = {
  not_finite: () => 'Give a finite number.',
  lambda_range: () => 'Must be above 0 and at most 1.',
  no_effect: () => 'Must not be 0: a knob without effect cannot control.',
  crossed: (n) => `Must be below ${fieldLabel('max')}, ${asEntered(n.max)}.`,
  nominal_outside: (n) =>
    `Must lie between ${fieldLabel('min')} and ${fieldLabel('max')}, ${asEntered(n.min)} to ${asEntered(n.max)}.`,
  not_positive: () => 'Must be above 0; empty: none.',
  negative: () => 'Must not be below 0; empty: none.',
  no_share: () => 'Must lie between 0 and 1.',
  wider_than_range: () => `Must not be wider than the range from ${fieldLabel('min')} to ${fieldLabel('max')}.`,
  less_than_quantum: (n) => `Must be at least one ${fieldLabel('quantum')}, ${asEntered(n.quantum)}: the knob could never move.`,
};

function refusedOf(n: RunToRunNumbers): ConfigIssues {
  const faults = runToRunFaults(n);
  const crossed = faults.some((f) => f.kind === 'crossed')
    ? { max: `Must be above ${fieldLabel('min')}, ${asEntered(n.min)}.` }
    : {};
  return { ...crossed, ...Object.fromEntries(faults.map((f) => [f.field, FAULT[f.kind](n)])) };
}

/** The configuration that was entered; null with the messages of all fields at once where it cannot work. */
export function readConfig(text: ConfigTexts): { config: RunToRunConfig | null; issues: ConfigIssues } {
  const { numbers, issues: unread } = numbersOf(text);
  const issues = { ...refusedOf(numbers), ...unread };
  if (Object.keys(issues).length > 0) return { config: null, issues };
  const config = numbers as unknown as Omit<RunToRunConfig, 'weighByUncertainty'>;
  return { config: text.weighByUncertainty === YES ? { ...config, weighByUncertainty: true } : config, issues };
}

/** "2 fields to correct: λ, Lowest", in the order of the form; null where there is none. */
export function issuesWords(issues: Readonly<Record<string, string | undefined>>): string | null {
  const bad = CONFIG_FIELDS.filter((f) => issues[f.key] !== undefined).map((f) => f.label);
  return bad.length === 0 ? null : `${bad.length} ${bad.length === 1 ? 'field' : 'fields'} to correct: ${bad.join(', ')}`;
}
