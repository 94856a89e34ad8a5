import { db, sql, type Tx } from '@/lib/db';
import {
  type Alarm,
  type BaselineLimits,
  type ChartKind,
  type ChartRule,
  chartRule,
  inForceAt,
  isSiteRule,
  type LimitStudy,
  type NoStudy,
  type RawPoint,
  type StudyOptions,
} from '@/lib/spc';
import { feed } from '../../live/feed';
import { nextVersion } from '../next-version';
import { contentOfLimits } from '../phase-one';
import { knowRules } from '../rules/book';
import { type PhaseRow, phasesOf } from '../store';
import type { StoredOptions } from './propose';
import { type ProposedChange, rulesOfChange } from './proposed-change';
import { type ListedAlarm, listedAlarm, pointsBetween, rawOf, type StudyPoint } from './study-points';
import { tellProposal } from './tell-proposal';

/** Most points of a study: the newest of its window. */
const MOST_POINTS = 5_000;
/** Alarms that are listed; all are counted. */
const LISTED = 200;
/** Days that an entered change is compared over. */
const COMPARED_DAYS = 90;

/** What the thread computes: limits of a study where one was asked for, and the comparison. */
export interface StudyTask {
  readonly kind: ChartKind;
  readonly points: readonly RawPoint[];
  readonly now: PhaseRow;
  /** The version to compare with; null: that of the study. */
  readonly proposed: PhaseRow | null;
  readonly options: StudyOptions | null;
  /** Rules of the site that both versions name; those that come with Driftless are known on the thread. */
  readonly rules: readonly (readonly [number, ChartRule])[];
}

export interface StudyAnswer {
  readonly study: LimitStudy | NoStudy | null;
  /** Null where there is nothing to compare. */
  readonly comparison: { readonly now: number; readonly proposed: number; readonly won: Alarm[]; readonly lost: Alarm[] } | null;
}

/** The comparison as stored. */
export interface StoredComparison {
  readonly from: string;
  readonly to: string;
  readonly points: number;
  /** Alarms of the limits in force and of those proposed; null: the chart has no limits in force. */
  readonly now: number | null;
  readonly proposed: number;
  readonly won: readonly ListedAlarm[];
  readonly lost: readonly ListedAlarm[];
  readonly wonCount: number;
  readonly lostCount: number;
}

/** The study as stored: the stretches by their times. */
export type StoredStudy =
  | (Omit<LimitStudy, 'stretches' | 'limits'> & {
      readonly limits: BaselineLimits;
      readonly stretches: readonly {
        readonly from: string;
        readonly to: string;
        readonly n: number;
        readonly mean: number;
        readonly sd: number;
      }[];
    })
  | NoStudy;

interface Row {
  id: string;
  chart_id: string;
  kind: 'study' | 'change' | 'first';
  state: string;
  options: StoredOptions | null;
  change: ProposedChange | null;
  created_at: Date;
  chart_kind: ChartKind;
  title: string;
  version: number;
  operation: string;
  parameter: string;
}

/** What the job found; null where there is nothing to do any more. */
export interface Studied {
  readonly row: Row;
  readonly points: readonly StudyPoint[];
  readonly answer: StudyAnswer;
}

/** Reads the points of a proposal and lets a thread study them. */
export async function studyProposal(
  proposalId: string,
  compute: (task: StudyTask) => Promise<StudyAnswer>,
): Promise<Studied | null> {
  const row = await db().one<Row>(sql`
    SELECT p.id, p.chart_id, p.kind, p.state, p.options, p.change, p.created_at, c.kind AS chart_kind, c.title, c.version, c.operation, c.parameter
    FROM limit_proposal p JOIN chart c ON c.id = p.chart_id WHERE p.id = ${proposalId} AND p.computed_at IS NULL AND p.state IN ('computing', 'pending')`);
  if (row === undefined) return null;
  const phases = (await phasesOf(db(), [row.chart_id])).get(row.chart_id)!;
  const now = inForceAt(phases, 'effectiveFrom', row.created_at.getTime()) ?? phases[0]!;
  const to = row.options === null ? row.created_at : new Date(row.options.to);
  const from = row.options === null ? new Date(to.getTime() - COMPARED_DAYS * 86_400_000) : new Date(row.options.from);
  const chart = { id: row.chart_id, kind: row.chart_kind, operation: row.operation, parameter: row.parameter };
  const points = await pointsBetween(chart, from, to, MOST_POINTS);
  await knowRules(db(), rulesOfChange(row.change));
  const proposed = proposedOf(row, now);
  const numbers = [...new Set([...now.rules, ...(proposed?.rules ?? [])])].filter(isSiteRule);
  const rules = numbers.map((n) => [n, chartRule(n)] as const);
  const options = row.options === null ? null : { sigma: row.options.sigma, use: row.options.use };
  return {
    row,
    points,
    answer: await compute({ kind: row.chart_kind, points: points.map(rawOf), now, proposed, options, rules }),
  };
}

/** The version that the proposal would make; null where a study says it. */
function proposedOf(row: Row, now: PhaseRow): PhaseRow | null {
  if (row.change === null) return null;
  const { change } = row;
  return {
    ...now,
    ...(change.kind === 'change' ? nextVersion(row.chart_kind, now, change.change) : contentOfLimits(now, change.limits)),
  };
}

/** Stores what the job found. A proposal that was decided meanwhile stays as it is. */
export async function storeStudy(tx: Tx, s: Studied | null): Promise<void> {
  if (s === null) return;
  const { row, answer } = s;
  const study = answer.study === null ? null : storedStudy(answer.study);
  const limits = answer.study !== null && 'limits' in answer.study ? answer.study.limits : null;
  const change: ProposedChange | null = limits === null ? row.change : { kind: 'limits', limits };
  const state = change === null ? 'empty' : 'pending';
  const written = await tx.exec(sql`
    UPDATE limit_proposal SET state = ${state}, change = ${change === null ? null : JSON.stringify(change)}::jsonb, study = ${study === null ? null : JSON.stringify(study)}::jsonb,
      comparison = ${JSON.stringify(storedComparison(s))}::jsonb, computed_at = now() WHERE id = ${row.id} AND computed_at IS NULL AND state IN ('computing', 'pending')`);
  if (written === 0 || row.kind !== 'study') return;
  await tellProposal(tx, row.id);
  const text = change === null ? 'a study gave no new limits' : 'new limits are proposed and wait for a decision';
  await feed(tx, [{ kind: 'limits', text: `${row.title}: ${text}`, detail: { chartId: row.chart_id, proposal: row.id } }]);
}

function storedStudy(study: LimitStudy | NoStudy): StoredStudy {
  if (!('limits' in study)) return study;
  const iso = (ms: number): string => new Date(ms).toISOString();
  return {
    ...study,
    stretches: study.stretches.map((t) => ({ from: iso(t.fromAt), to: iso(t.toAt), n: t.to - t.from, mean: t.mean, sd: t.sd })),
  };
}

function storedComparison({ answer, points }: Studied): StoredComparison | null {
  const { comparison } = answer;
  if (comparison === null || points.length === 0) return null;
  const listed = (list: readonly Alarm[]): ListedAlarm[] => list.slice(-LISTED).map((a) => listedAlarm(points, a));
  return {
    from: new Date(points[0]!.at).toISOString(),
    to: new Date(points.at(-1)!.at).toISOString(),
    points: points.length,
    now: comparison.now,
    proposed: comparison.proposed,
    won: listed(comparison.won),
    lost: listed(comparison.lost),
    wonCount: comparison.won.length,
    lostCount: comparison.lost.length,
  };
}
