import type { RunToRunConfig } from '@/lib/control';
import { asEntered, parseNumber } from '../format';
import { CONFIG_FIELDS, type ConfigTexts, type NumberKey, YES } from './config-diff';

/** What is wrong with a field, in the words of the form. */
export type ConfigIssues = Readonly<Partial<Record<NumberKey, string>>>;

type Numbers = Readonly<Record<NumberKey, number | null>>;

/** Share of a quantum that rounding may take from a step, as the controller allows it. */
const STEP_SLACK = 1e-9;

const isAbove = (v: number | null, bound: number): boolean => v !== null && v > bound;
const label = (key: NumberKey): string => CONFIG_FIELDS.find((f) => f.key === key)!.label;

function numbersOf(text: ConfigTexts): { numbers: Numbers; issues: ConfigIssues } {
  const issues: Partial<Record<NumberKey, string>> = {};
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
  ) as Record<NumberKey, number | null>;
  return { numbers, issues };
}

/** What the controller refuses of each field by itself. */
function ownIssues(n: Numbers): ConfigIssues {
  const issues: Partial<Record<NumberKey, string>> = {};
  if (n.lambda !== null && !(n.lambda > 0 && n.lambda <= 1)) issues.lambda = 'Must be above 0 and at most 1.';
  if (n.gain === 0) issues.gain = 'Must not be 0: a knob without effect cannot control.';
  for (const key of ['maxStep', 'quantum', 'outlierSigma'] as const)
    if (n[key] !== null && !isAbove(n[key], 0)) issues[key] = 'Must be above 0; empty: none.';
  if (n.deadband !== null && n.deadband < 0) issues.deadband = 'Must not be below 0; empty: none.';
  if (n.pmForget !== null && !(n.pmForget >= 0 && n.pmForget <= 1)) issues.pmForget = 'Must lie between 0 and 1.';
  return issues;
}

/** What it refuses of fields beside each other. */
function mutualIssues({ min, max, xNominal, quantum, maxStep }: Numbers): ConfigIssues {
  const issues: Partial<Record<NumberKey, string>> = {};
  if (min !== null && max !== null) {
    if (!(min < max)) {
      issues.min = `Must be below ${label('max')}, ${asEntered(max)}.`;
      issues.max = `Must be above ${label('min')}, ${asEntered(min)}.`;
    } else if (xNominal !== null && (xNominal < min || xNominal > max))
      issues.xNominal = `Must lie between ${label('min')} and ${label('max')}, ${asEntered(min)} to ${asEntered(max)}.`;
    if (min < max && isAbove(quantum, max - min))
      issues.quantum = `Must not be wider than the range from ${label('min')} to ${label('max')}.`;
  }
  if (isAbove(quantum, 0) && isAbove(maxStep, 0) && maxStep! < quantum! * (1 - STEP_SLACK))
    issues.maxStep = `Must be at least one ${label('quantum')}, ${asEntered(quantum)}: the knob could never move.`;
  return issues;
}

/** The configuration that the inputs say; null with what is wrong beside each field, all at once, where they say none that can work. */
export function readConfig(text: ConfigTexts): { config: RunToRunConfig | null; issues: ConfigIssues } {
  const { numbers, issues: unread } = numbersOf(text);
  const issues = { ...mutualIssues(numbers), ...ownIssues(numbers), ...unread };
  if (Object.keys(issues).length > 0) return { config: null, issues };
  const config = numbers as unknown as Omit<RunToRunConfig, 'weighByUncertainty'>;
  return { config: text.weighByUncertainty === YES ? { ...config, weighByUncertainty: true } : config, issues };
}

/** "2 fields to correct: λ, Lowest", in the order of the form; null where there is none. */
export function issuesWords(issues: Readonly<Record<string, string | undefined>>): string | null {
  const bad = CONFIG_FIELDS.filter((f) => issues[f.key] !== undefined).map((f) => f.label);
  return bad.length === 0 ? null : `${bad.length} ${bad.length === 1 ? 'field' : 'fields'} to correct: ${bad.join(', ')}`;
}
