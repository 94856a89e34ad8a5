import { randomUUID } from 'node:crypto';
import { sql, type Tx } from '@/lib/db';
import { type ChartKind, chartRule, type LimitsSource, ruleText } from '@/lib/spc';
import { alertEvent } from '../live/alert-event';
import { feed } from '../live/feed';
import { ITSELF } from '../live/itself';
import { gather } from './incidents/gather';
import { CLOCK, type ClockRow } from './policy';
import { earlierMeasurement, repeatWords } from './repeat';
import { keepSignals } from './signals';
import { endSnooze } from './snooze';
import { underPolicy } from './under-policy';
import { unsettled } from './unsettled';

/** What an alert needs of the chart that raised it. */
interface AlertingChart {
  readonly id: string;
  readonly title: string;
  readonly area: string;
  readonly operation: string;
  readonly product: string | null;
  readonly kind: ChartKind;
  readonly alerting: boolean;
}

export interface RaisedViolation {
  readonly chart: AlertingChart;
  readonly at: Date;
  readonly recordId: string;
  readonly rule: number;
  readonly version: number;
  /** Of the limits that judged the point: those of the dispersion for a rule on the dispersion. */
  readonly limits: LimitsSource;
  readonly value: number;
  /** The variables that it points to, of a chart of several; null: of one. */
  readonly because?: string | null;
  readonly lot: string;
  readonly slot: number;
  readonly runId: string | null;
  readonly tool: string | null;
  readonly chamber: string | null;
  /** Records of the window, the signalling one last. */
  readonly members: string[];
  /** Side, window, the judged statistic and its limits. */
  readonly detail: Readonly<Record<string, string | number | null>>;
}

export type Severity = 'high' | 'medium' | 'low';

/** A point beyond the limits needs a person now; runs and trends need one today. A rule of a site says itself how urgent it is. */
export const severityOf = (rule: number): Severity => chartRule(rule).priority;
const RANK: Readonly<Record<Severity, number>> = { low: 0, medium: 1, high: 2 };

/**
 * One open alert per chart: the first signal opens it and remains its evidence (title, point, value, age); later signals are counted and
 * listed beside it. Only a signal that is worse and later than that evidence raises the severity, and the history names it.
 * @param violations - only new ones: signals of new data that were not known before.
 */
export async function raiseAlerts(tx: Tx, violations: readonly RaisedViolation[]): Promise<void> {
  const byChart = new Map<string, RaisedViolation[]>();
  for (const v of violations) byChart.set(v.chart.id, [...(byChart.get(v.chart.id) ?? []), v]);
  const opened: string[] = [];
  for (const list of byChart.values()) {
    const added = await addToOpenAlert(tx, list);
    const id = added ?? (await openAlert(tx, list));
    if (added === null) opened.push(id);
    await keepSignals(tx, id, list);
  }
  // Last, when every row of these alerts is locked: whoever gathers waits for nobody then.
  for (const id of opened) await gather(tx, id);
}

/** The worst of these signals, the earliest of the worst. */
const worstOf = (list: readonly RaisedViolation[]): RaisedViolation =>
  [...list].sort((a, b) => RANK[severityOf(b.rule)] - RANK[severityOf(a.rule)] || a.at.getTime() - b.at.getTime())[0]!;

const textOf = (v: RaisedViolation): string => ruleText(v.rule, v.limits, v.chart.kind);
const titleOf = (v: RaisedViolation): string =>
  `${v.chart.title}: ${textOf(v)}${v.because == null ? '' : `, most of it ${v.because}`}`;
const keyOf = (v: RaisedViolation): string => `spc:${v.chart.id}`;
const lastOf = (list: readonly RaisedViolation[]): Date => new Date(Math.max(...list.map((v) => v.at.getTime())));

/** The evidence, kept in the history whatever is judged later. */
const evidenceOf = (v: RaisedViolation): object => ({
  rule: v.rule,
  version: v.version,
  lot: v.lot,
  slot: v.slot,
  recordId: v.recordId,
  at: v.at.toISOString(),
  value: v.value,
  members: v.members,
  ...v.detail,
});

async function openAlert(tx: Tx, list: readonly RaisedViolation[]): Promise<string> {
  const v = worstOf(list);
  const { chart } = v;
  const severity = severityOf(v.rule);
  const id = randomUUID();
  // A wafer that was measured again is old news on a new point: whoever reads the alert must know.
  const earlier = await earlierMeasurement(tx, v.recordId);
  const title = earlier === null ? titleOf(v) : `${titleOf(v)} (${repeatWords(earlier)})`;
  await tx.exec(sql`
    INSERT INTO alert (id, dedupe_key, kind, severity, title, area, tool, chamber, product, operation, chart_id, record_id, run_id, lot, slot, rule, value, first_at, last_at, count)
    VALUES (${id}, ${keyOf(v)}, 'spc', ${severity}, ${title}, ${chart.area}, ${v.tool}, ${v.chamber}, ${chart.product}, ${chart.operation}, ${chart.id}, ${v.recordId},
      ${v.runId}, ${v.lot}, ${v.slot}, ${v.rule}, ${v.value}, ${v.at}, ${lastOf(list)}, ${list.length})`);
  await alertEvent(tx, id, ITSELF, 'opened', title, { ...evidenceOf(v), ...(earlier === null ? {} : { repeats: earlier.id }) });
  await feed(tx, [{ kind: 'alert', text: title, detail: { alertId: id, severity, tool: v.tool, chamber: v.chamber } }]);
  await underPolicy(tx, { id, area: chart.area, severity, title, lot: v.lot, tool: v.tool, chamber: v.chamber });
  return id;
}

/** @returns null when no alert of this chart is open. */
async function addToOpenAlert(tx: Tx, list: readonly RaisedViolation[]): Promise<string | null> {
  const open = await tx.one<ClockRow & { severity: Severity; first_at: Date }>(
    sql`SELECT ${CLOCK}, first_at FROM alert WHERE dedupe_key = ${keyOf(list[0]!)} AND ${unsettled()} FOR UPDATE`,
  );
  if (open === undefined) return null;
  await tx.exec(sql`
    UPDATE alert SET last_at = greatest(last_at, ${lastOf(list)}), count = count + ${list.length} WHERE id = ${open.id}`);
  const later = list.filter((v) => v.at > open.first_at);
  const worst = later.length === 0 ? null : worstOf(later);
  if (worst !== null && RANK[severityOf(worst.rule)] > RANK[open.severity]) {
    const severity = severityOf(worst.rule);
    await tx.exec(sql`UPDATE alert SET severity = ${severity} WHERE id = ${open.id}`);
    if (open.snoozed_until !== null) await endSnooze(tx, open, open.snoozed_until, ITSELF, 'a worse signal came');
    await alertEvent(tx, open.id, ITSELF, 'escalated', `${open.severity} → ${severity}: ${textOf(worst)}`, evidenceOf(worst));
    await feed(tx, [
      {
        kind: 'alert',
        text: `${titleOf(worst)} (escalated to ${severity})`,
        detail: { alertId: open.id, severity, tool: worst.tool, chamber: worst.chamber },
      },
    ]);
    await underPolicy(tx, {
      id: open.id,
      area: open.area,
      severity,
      title: open.title,
      lot: worst.lot,
      tool: worst.tool,
      chamber: worst.chamber,
    });
  }
  return open.id;
}

/**
 * Closes an alert that needs no more work, with the reason in its history. What happens to its wafers is for a person to decide: cause and
 * disposition are left open.
 */
export async function closeByItself(
  tx: Tx,
  alert: { readonly id: string; readonly title: string; readonly tool: string | null; readonly chamber: string | null },
  reason: string,
  short: string,
  detail: object,
): Promise<void> {
  await tx.exec(
    sql`UPDATE alert SET state = 'closed', action = ${reason}, closed_at = now(), waiting_for = NULL, waiting_until = NULL, snoozed_at = NULL, snoozed_until = NULL, snooze_reason = NULL, wake_at = NULL, version = version + 1
      WHERE id = ${alert.id}`,
  );
  await alertEvent(tx, alert.id, ITSELF, 'closed', reason, detail);
  await feed(tx, [
    {
      kind: 'alert',
      text: `${alert.title}: closed, ${short}`,
      detail: { alertId: alert.id, severity: null, tool: alert.tool, chamber: alert.chamber },
    },
  ]);
}
