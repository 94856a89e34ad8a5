import { db, sql, where } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { type ChartKind, inForceAt } from '@/lib/spc';
import { type CursorKey, pageOf, readCursor } from '../../../address/cursor';
import { idFromAddress } from '../../../address/id-from-address';
import { nextVersion, type VersionContent } from '../../next-version';
import { contentOfLimits } from '../../phase-one';
import { knowRules } from '../../rules/book';
import { phasesOf } from '../../store';
import type { StoredOptions } from '../propose';
import { type ProposedChange, rulesOfChange } from '../proposed-change';
import type { StoredComparison, StoredStudy } from '../study-job';

export const PROPOSAL_STATES = ['open', 'computing', 'pending', 'empty', 'approved', 'rejected', 'withdrawn'] as const;
export type ProposalState = Exclude<(typeof PROPOSAL_STATES)[number], 'open'>;

/** A proposal as a row of the inbox. */
export interface ProposalRow {
  id: string;
  chartId: string;
  title: string;
  area: string;
  unit: string;
  kind: 'study' | 'change' | 'first';
  chartKind: ChartKind;
  state: ProposalState;
  author: string;
  reason: string;
  createdMs: number;
  decidedBy: string | null;
  decidedMs: number | null;
  decisionReason: string | null;
  secondPerson: boolean;
  /** The chart has changed since it was made: it can only be rejected. */
  isBehind: boolean;
  /** What is in force, and what would be; null where nothing is proposed yet, or never will be. */
  now: VersionContent;
  proposed: VersionContent | null;
  comparison: StoredComparison | null;
}

interface Row {
  id: string;
  chart_id: string;
  title: string;
  area: string;
  unit: string;
  kind: ProposalRow['kind'];
  chart_kind: ChartKind;
  state: ProposalState;
  base_version: number;
  chart_version: number;
  change: ProposedChange | null;
  comparison: StoredComparison | null;
  author: string;
  reason: string;
  created_at: Date;
  decided_by: string | null;
  decided_at: Date | null;
  decision_reason: string | null;
  second_person: boolean;
}

const COLUMNS = sql`p.id, p.chart_id, c.title, c.area, c.unit, p.kind, c.kind AS chart_kind, p.state, p.base_version, c.version AS chart_version, p.change, p.comparison, p.author, p.reason,
  p.created_at, p.decided_by, p.decided_at, p.decision_reason, p.second_person`;

export interface ProposalFilter {
  readonly state: (typeof PROPOSAL_STATES)[number];
  readonly area: string | null;
  readonly chart: string | null;
  readonly limit: number;
  readonly after: string | null;
}

const KEYS: readonly CursorKey[] = ['integer', 'uuid'];

/** The inbox: proposals, the oldest that waits first; of decided ones the newest first. */
export async function listProposals(f: ProposalFilter): Promise<{ rows: ProposalRow[]; total: number; next: string | null }> {
  const after = readCursor(f.after, KEYS);
  const isOpen = ['open', 'pending', 'computing'].includes(f.state);
  const states = f.state === 'open' ? ['computing', 'pending'] : [f.state];
  const beyond = isOpen
    ? sql`(p.created_at, p.id) > (${after === null ? null : new Date(after[0] as number)}::timestamptz, ${after?.[1] ?? null}::uuid)`
    : sql`(p.created_at, p.id) < (${after === null ? null : new Date(after[0] as number)}::timestamptz, ${after?.[1] ?? null}::uuid)`;
  const filter = [
    sql`p.state = ANY(${states}::text[])`,
    f.area !== null && sql`c.area = ${f.area}`,
    f.chart !== null && sql`p.chart_id = ${idFromAddress('chart', f.chart)}`,
  ];
  const [rows, count] = await Promise.all([
    db().rows<Row>(sql`
      SELECT ${COLUMNS} FROM limit_proposal p JOIN chart c ON c.id = p.chart_id ${where([...filter, after !== null && beyond])}
      ORDER BY ${isOpen ? sql`p.created_at, p.id` : sql`p.created_at DESC, p.id DESC`} LIMIT ${f.limit + 1}`),
    db().one<{ n: number }>(
      sql`SELECT count(*)::int AS n FROM limit_proposal p JOIN chart c ON c.id = p.chart_id ${where(filter)}`,
    ),
  ]);
  const { page, next } = pageOf(rows, f.limit, (r) => [r.created_at.getTime(), r.id]);
  return { rows: await viewed(page), total: count?.n ?? 0, next };
}

async function viewed(rows: readonly Row[]): Promise<ProposalRow[]> {
  const phases = await phasesOf(db(), [...new Set(rows.map((r) => r.chart_id))]);
  await knowRules(
    db(),
    rows.flatMap((r) => rulesOfChange(r.change)),
  );
  return rows.map((r) => {
    const list = phases.get(r.chart_id)!;
    // What was in force when it was made; planned versions have later times.
    const now = inForceAt(list, 'effectiveFrom', r.created_at.getTime()) ?? list[0]!;
    return {
      id: r.id,
      chartId: r.chart_id,
      title: r.title,
      area: r.area,
      unit: r.unit,
      kind: r.kind,
      chartKind: r.chart_kind,
      state: r.state,
      author: r.author,
      reason: r.reason,
      createdMs: r.created_at.getTime(),
      decidedBy: r.decided_by,
      decidedMs: r.decided_at?.getTime() ?? null,
      decisionReason: r.decision_reason,
      secondPerson: r.second_person,
      isBehind: r.state === 'pending' && r.chart_version !== r.base_version,
      now,
      proposed: r.change === null ? null : proposedContent(r.chart_kind, now, r.change),
      comparison: r.comparison,
    };
  });
}

const proposedContent = (kind: ChartKind, now: VersionContent, p: ProposedChange): VersionContent =>
  p.kind === 'change' ? nextVersion(kind, now, p.change) : contentOfLimits(now, p.limits);

/** A proposal with its study. */
export interface ProposalView extends ProposalRow {
  options: StoredOptions | null;
  study: StoredStudy | null;
  /** Points that it was compared over, oldest first; at most 2,000 of the newest. */
  points: { at: Float64Array; value: Float64Array; excluded: boolean[]; recordId: string[]; lot: string[]; slot: number[] };
}

const MOST_DRAWN = 2_000;

/** One proposal. @throws AppError `not_found`. */
export async function proposalView(id: string): Promise<ProposalView> {
  const row = await db().one<Row & { options: StoredOptions | null; study: StoredStudy | null }>(sql`
    SELECT ${COLUMNS}, p.options, p.study FROM limit_proposal p JOIN chart c ON c.id = p.chart_id WHERE p.id = ${idFromAddress('proposal', id)}`);
  if (row === undefined) throw new AppError('not_found', `there is no proposal ${id}`);
  const [view] = await viewed([row]);
  const { comparison } = row;
  const points =
    comparison === null
      ? []
      : await db().rows<{ at: Date; value: number; excluded: boolean; record_id: string; lot: string; slot: number }>(sql`
          SELECT * FROM (SELECT at, value, excluded IS NOT NULL AS excluded, record_id, lot, slot FROM chart_point
            WHERE chart_id = ${row.chart_id} AND at BETWEEN ${new Date(comparison.from)} AND ${new Date(comparison.to)} ORDER BY at DESC, record_id DESC LIMIT ${MOST_DRAWN}) q ORDER BY at, record_id`);
  return {
    ...view!,
    options: row.options,
    study: row.study,
    points: {
      at: Float64Array.from(points, (p) => p.at.getTime()),
      value: Float64Array.from(points, (p) => p.value),
      excluded: points.map((p) => p.excluded),
      recordId: points.map((p) => p.record_id),
      lot: points.map((p) => p.lot),
      slot: points.map((p) => p.slot),
    },
  };
}

/** A chart whose first limits nobody has confirmed. */
export interface UnconfirmedRow {
  chartId: string;
  title: string;
  area: string;
  unit: string;
  version: number;
  lcl: number | null;
  cl: number | null;
  ucl: number | null;
  reason: string;
  sinceMs: number;
}

/** Charts whose first limits hold and wait for a confirmation, the newest first. */
export async function unconfirmedLimits(limit: number, area: string | null): Promise<{ rows: UnconfirmedRow[]; total: number }> {
  const rows = await db().rows<Omit<UnconfirmedRow, 'sinceMs'> & { created_at: Date; total: number }>(sql`
    SELECT v.chart_id AS "chartId", c.title, c.area, c.unit, v.version, v.lcl, v.cl, v.ucl, v.reason, v.created_at, count(*) OVER ()::int AS total
    FROM chart_version v JOIN chart c ON c.id = v.chart_id AND c.active
    WHERE v.author = 'Driftless' AND v.version > 1 AND v.confirmed_at IS NULL AND v.cancelled_at IS NULL AND (${area}::text IS NULL OR c.area = ${area})
    ORDER BY v.created_at DESC, v.chart_id LIMIT ${limit}`);
  return {
    rows: rows.map(({ created_at, total: _, ...r }) => ({ ...r, sinceMs: created_at.getTime() })),
    total: rows[0]?.total ?? 0,
  };
}

/** What waits for a chart. */
export interface LimitsNotice {
  waiting: { id: string; state: string; author: string } | null;
  /** Nobody has looked at its first limits. */
  unconfirmed: boolean;
}

/** What waits for a chart: a proposal, or a look at its first limits. */
export async function limitsNotice(chartId: string): Promise<LimitsNotice> {
  const [waiting, first] = await Promise.all([
    db().one<NonNullable<LimitsNotice['waiting']>>(
      sql`SELECT id, state, author FROM limit_proposal WHERE chart_id = ${chartId} AND state IN ('computing', 'pending')`,
    ),
    db().one(
      sql`SELECT 1 FROM chart_version WHERE chart_id = ${chartId} AND author = 'Driftless' AND version > 1 AND confirmed_at IS NULL AND cancelled_at IS NULL LIMIT 1`,
    ),
  ]);
  return { waiting: waiting ?? null, unconfirmed: first !== undefined };
}

/** How many proposals wait for a decision. */
export const waitingCount = async (): Promise<number> =>
  (await db().one<{ n: number }>(sql`SELECT count(*)::int AS n FROM limit_proposal WHERE state = 'pending'`))?.n ?? 0;
