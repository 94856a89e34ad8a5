import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { real, text } from '@/lib/formats/scalars';
import { BUILT_IN_RULES, type ChartRule, chartRule, checkRules, describeRule, type RunRule, shapeOf, shapeText } from '@/lib/spc';

/** Points that a rule may look back to: judging of new points reads so many before them. */
export const MOST_WINDOW = 31;
const MOST_SIGMA = 10;
const MOST_RULES = 31;

const points = z.int().min(1).max(MOST_WINDOW);
const steps = z.int().min(2).max(MOST_WINDOW);
const sigma = real.min(0).max(MOST_SIGMA);

/** What a rule looks for at points themselves. Counts are points, sigmas those of the plotted statistic. */
const elementary = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('beyond'),
    k: points,
    n: points,
    sigma,
    side: z.enum(['same', 'any', 'above', 'below']),
    lastBeyond: z.boolean().default(false),
    bothSides: z.boolean().default(false),
  }),
  z.strictObject({ kind: z.literal('within'), n: points, sigma: sigma.positive() }),
  z.strictObject({ kind: z.literal('trend'), n: steps }),
  z.strictObject({ kind: z.literal('alternation'), n: steps }),
  z.strictObject({ kind: z.literal('range'), sigma: sigma.positive() }),
]);
const definition = z.union([
  elementary,
  z.strictObject({ kind: z.enum(['and', 'or']), rules: z.array(elementary).min(2).max(5) }),
]);

const setRule = z.strictObject({
  /** As signals name it. */
  name: text(1, 40),
  on: z.enum(['location', 'dispersion', 'within']).default('location'),
  rule: definition,
  /** A warning marks its point: it stays in control and raises no alert. */
  severity: z.enum(['warning', 'out_of_control']).default('out_of_control'),
  /** Severity of the alert that its signal opens. */
  priority: z.enum(['high', 'medium', 'low']).default('medium'),
  enabled: z.boolean().default(true),
});

/** The rules of a set, in the order in which they are listed. */
export const ruleSetContent = z.strictObject({ rules: z.array(setRule).min(1).max(MOST_RULES) });
export type RuleSetContent = z.output<typeof ruleSetContent>;
export type RuleSetDraft = z.input<typeof ruleSetContent>;
export type SetRule = RuleSetContent['rules'][number];

const bad = (field: string, message: string): AppError => new AppError('invalid_input', message, { field });

function asRunRule(d: SetRule['rule'], id: string): RunRule {
  switch (d.kind) {
    case 'and':
    case 'or':
      return { id, kind: d.kind, rules: d.rules.map((r, i) => asRunRule(r, `${id}.${i + 1}`)) };
    case 'range':
      return { id, kind: 'range', n: 2, sigma: d.sigma };
    case 'beyond': {
      const { lastBeyond, bothSides, ...rest } = d;
      return { id, ...rest, ...(lastBeyond ? { lastBeyond } : {}), ...(bothSides ? { bothSides } : {}) };
    }
    default:
      return { id, ...d };
  }
}

/** A rule of a set as charts have it. */
export const asChartRule = ({ name, on, rule, severity, priority }: SetRule): ChartRule => ({
  name: name.trim(),
  on,
  rule: asRunRule(rule, ''),
  severity,
  priority,
});

function ofRunRule(r: RunRule): RuleSetDraft['rules'][number]['rule'] {
  if (r.kind === 'and' || r.kind === 'or')
    return { kind: r.kind, rules: r.rules.map((q) => ofRunRule(q) as z.input<typeof elementary>) };
  const { id: _, severity: __, ...rest } = r;
  if (rest.kind === 'range') return { kind: 'range', sigma: rest.sigma };
  return rest;
}

/** Rules by their numbers as the content of a set: a copy of a set that comes with Driftless begins with it. */
export const contentOf = (numbers: readonly number[]): RuleSetContent =>
  ruleSetContent.parse({
    rules: numbers.map((n) => {
      const { name, on, rule, severity, priority } = chartRule(n);
      return { name, on, rule: ofRunRule(rule), severity, priority, enabled: true };
    }),
  });

/**
 * Refuses rules that would never fire, that say one thing by the name of another, or that are there twice.
 * @throws AppError `invalid_input` with the field and what to do.
 */
export function checkSet(c: RuleSetContent): void {
  const names = new Set<string>();
  const looks = new Map<string, string>();
  c.rules.forEach((r, i) => {
    const field = `rules.${i}`;
    const rule = asChartRule(r);
    checkForm(r, rule, field);
    const name = rule.name.toLowerCase();
    if (name === '') throw bad(`${field}.name`, 'Give the rule a name: its signals carry it.');
    if (names.has(name)) throw bad(`${field}.name`, `Two rules are called "${rule.name}": signals could not tell them apart.`);
    names.add(name);
    const look = `${rule.on} ${shapeText(rule.rule)}`;
    const twin = looks.get(look);
    if (twin !== undefined) throw bad(`${field}.rule`, `"${rule.name}" looks for the same as "${twin}": take one of them out.`);
    looks.set(look, rule.name);
    refuseFalseName(rule, `${field}.name`);
  });
  if (!c.rules.some((r) => r.enabled)) throw bad('rules', 'No rule is switched on: switch one on, or retire the set.');
}

function checkForm(r: SetRule, rule: ChartRule, field: string): void {
  try {
    checkRules([rule.rule]);
  } catch (e) {
    if (e instanceof AppError) throw bad(`${field}.rule`, `"${r.name}": ${e.message.replace(/^rule [^:]*: /, '')}.`);
    throw e;
  }
  if (rule.rule.kind === 'beyond' && rule.rule.bothSides && rule.rule.side !== 'any')
    throw bad(`${field}.rule`, `"${r.name}" asks for points on both sides, and counts those of one: let it count either side.`);
  if (r.on !== 'location' && shapeOf(rule.rule) === null)
    throw bad(
      `${field}.on`,
      `"${r.name}": a dispersion is judged by its limits, runs, trends and alternation alone, since its zones are not those of a normal value.`,
    );
}

/** The names of the rules that come with Driftless say what they look for. */
function refuseFalseName(rule: ChartRule, field: string): void {
  const known = BUILT_IN_RULES.map(chartRule).find((b) => b.name.toLowerCase() === rule.name.toLowerCase());
  if (known === undefined || (known.on === rule.on && shapeText(known.rule) === shapeText(rule.rule))) return;
  throw bad(
    field,
    `"${known.name}" is the name of "${describeRule(known.rule)}", and this looks for something else: name it otherwise.`,
  );
}

const stateText = (r: SetRule): string =>
  `${describeRule(asRunRule(r.rule, r.name))}${r.on === 'location' ? '' : ` (${r.on})`}, ${r.severity === 'warning' ? 'warning' : `priority ${r.priority}`}${r.enabled ? '' : ', off'}`;

/** One line for each rule that two contents have differently. */
export function setDifference(a: RuleSetContent, b: RuleSetContent): string[] {
  const of = (c: RuleSetContent): Map<string, string> => new Map(c.rules.map((r) => [r.name, stateText(r)]));
  const [was, is] = [of(a), of(b)];
  return [
    ...[...is].flatMap(([name, text]) =>
      was.get(name) === text ? [] : [was.has(name) ? `${name}: ${was.get(name)} → ${text}` : `${name}: new, ${text}`],
    ),
    ...[...was].flatMap(([name, text]) => (is.has(name) ? [] : [`${name}: taken out, was ${text}`])),
  ];
}
