import { isDispersionRule, isWithinRule, kindOf } from '@/lib/spc';
import { type PricedChart, rateOf } from './price';

/** Something that could be done about a chart: proposed, never done by itself. Each leads to the dialog that does it, filled in. */
export interface Fix {
  readonly kind: 'study' | 'rules' | 'autocorrelation' | 'retire';
  readonly text: string;
  /** False alarms a week of the rules before and after; null where it has no such price. */
  readonly before: number | null;
  readonly after: number | null;
  readonly href: string;
}

export interface Suspect {
  readonly chartId: string;
  readonly priced: PricedChart;
  readonly alarms: number;
  readonly worstDay: number;
  readonly noAction: number;
  /** Probability of so many alarms by chance. */
  readonly chance: number | null;
  readonly perWeek: number;
  /** Autocorrelation of its neighbours where it is clear. */
  readonly lag: number | null;
  readonly twin: { readonly id: string; readonly title: string; readonly share: number } | null;
}

/** Alarms that chance gives so often are no evidence of a change: the rules are what costs. */
const BY_CHANCE = 0.05;
/** Share of alarms that were closed with nothing done from which rules are asked about. */
const MOSTLY = 0.5;
/** Chatter: as `CHATTER` of the bad actors. */
const CHATTERS = 3;

/** A rule is taken out where that saves at least so much of the price. */
const WORTH = 0.15;

/** The rule whose removal saves most, but never the limits themselves; null where none is worth it. */
function cheapest(s: Suspect): { without: number; rules: number[]; before: number; after: number } | null {
  const { rules } = s.priced;
  const before = rateOf(s.priced);
  if (before === null || before === 0) return null;
  const tries = rules
    .filter((r) => r !== 1 && !isWithinRule(r) && (!isDispersionRule(r) || rules.some((x) => !isDispersionRule(x))))
    .flatMap((without) => {
      const kept = rules.filter((r) => r !== without);
      const after = kept.length === 0 ? null : rateOf(s.priced, kept);
      return after === null ? [] : [{ without, rules: kept, before, after }];
    })
    .sort((a, b) => a.after - b.after);
  const [best] = tries;
  return best !== undefined && before - best.after >= WORTH * before ? best : null;
}

/** What could be done, most telling first. */
export function fixesOf(s: Suspect): Fix[] {
  const out: Fix[] = [];
  const page = (q: string): string => `/spc/${s.chartId}?${q}`;
  const rate = rateOf(s.priced);
  const now = rate === null ? null : rate * s.perWeek;
  if (s.lag !== null && kindOf(s.priced.kind).memory === null)
    out.push({
      kind: 'autocorrelation',
      text: `Neighbouring points follow each other (r = ${s.lag.toFixed(2)}): limits from their differences are too narrow. Study with the overall standard deviation, or chart it as an EWMA`,
      before: now,
      after: null,
      href: page('do=propose&sigma=sd'),
    });
  if (s.worstDay >= CHATTERS && s.lag === null)
    out.push({
      kind: 'study',
      text: `Chatters, ${s.worstDay} alarms within 24 h: the limits do not fit the process as it is. Study them again`,
      before: now,
      after: null,
      href: page('do=propose'),
    });
  const fits = s.chance !== null && s.chance >= BY_CHANCE;
  if (fits || s.noAction >= MOSTLY * s.alarms) {
    const less = cheapest(s);
    if (less !== null)
      out.push({
        kind: 'rules',
        text: `${fits ? 'Chance alone gives so many alarms' : 'Most alarms were closed with nothing done'}: without rule ${less.without} there are fewer false ones`,
        before: less.before * s.perWeek,
        after: less.after * s.perWeek,
        href: page(`do=change&rules=${less.rules.join(',')}`),
      });
  }
  if (s.twin !== null)
    out.push({
      kind: 'retire',
      text: `${Math.round(100 * s.twin.share)} % of its signals are on the same records as those of ${s.twin.title}: one of them may be enough`,
      before: now,
      after: 0,
      href: page('do=retire'),
    });
  return out;
}
