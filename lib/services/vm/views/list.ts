import { db, sql, where } from '@/lib/db';
import { idFromAddress } from '../../address/id-from-address';
import type { Validation } from './models';

/** A model and its performance in the window of the list. */
export interface VmRow extends VmLive {
  id: string;
  operation: string;
  product: string;
  parameter: string;
  unit: string;
  active: boolean;
  version: number | null;
  trainedMs: number | null;
  n: number | null;
  components: number | null;
  q2: number | null;
  rmse: number | null;
  /** Predictions that were measured later, including those outside the domain, and their RMSE. */
  checkedAll: number;
  observedAll: number | null;
  /** The basis of the model's state, whatever window the list shows: the last 7 days and the last 30. */
  week: VmLive;
  month: VmLive;
}

/** How a model performs live, over a period. */
export interface VmLive {
  predictions: number;
  /** Outside the model's domain: not on the VM charts. */
  unreliable: number;
  /** Inside the domain and measured later; the share of them in their interval, and their RMSE. */
  checked: number;
  coverage: number | null;
  observedRmse: number | null;
}

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
const MONTH_DAYS = 30;

export interface VmFilter {
  readonly fromMs: number;
  /** End of the last 7 and 30 days. */
  readonly nowMs: number;
  readonly operation?: string | null;
  readonly product?: string | null;
  readonly id?: string;
}

/** The figures of one period of `seen`, as JSON. @param since - where it begins, ms UTC. */
function live(since: number) {
  const of = sql`started_at >= ${new Date(since)}`;
  const measured = sql`reliable AND measured_at >= ${new Date(since)} AND ${of}`;
  return sql`jsonb_build_object('predictions', count(*) FILTER (WHERE ${of}), 'unreliable', count(*) FILTER (WHERE ${of} AND NOT reliable),
    'checked', count(measured) FILTER (WHERE ${measured}), 'coverage', avg((measured BETWEEN lo AND hi)::int) FILTER (WHERE ${measured}),
    'observedRmse', sqrt(avg((measured - value) ^ 2) FILTER (WHERE ${measured})))`;
}

const NOTHING_LIVE: VmLive = { predictions: 0, unreliable: 0, checked: 0, coverage: null, observedRmse: null };

/** The models with their performance in the chosen window, and in the two on which their state is based. */
export async function listVmModels(f: VmFilter): Promise<VmRow[]> {
  const week = f.nowMs - WEEK_DAYS * DAY_MS;
  const month = f.nowMs - MONTH_DAYS * DAY_MS;
  const first = new Date(Math.min(f.fromMs, month));
  const found = sql`measured_at >= ${new Date(f.fromMs)} AND started_at >= ${new Date(f.fromMs)}`;
  const rows = await db().rows<
    Omit<VmRow, 'trainedMs' | 'q2' | 'rmse' | 'week' | 'month' | keyof VmLive> & {
      trained_at: Date | null;
      validation: Validation | null;
      shown: VmLive | null;
      week: VmLive | null;
      month: VmLive | null;
    }
  >(sql`
    WITH models AS (SELECT * FROM vm_model m ${where([
      f.operation != null && sql`m.operation = ${f.operation}`,
      f.product != null && sql`m.product = ${f.product}`,
      f.id !== undefined && sql`m.id = ${idFromAddress('model', f.id)}`,
    ])}),
    seen AS (
      SELECT p.model_id, p.started_at, p.value, p.lo, p.hi, p.reliable, q.mean AS measured, q.measured_at FROM vm_prediction p JOIN models m ON m.id = p.model_id
      LEFT JOIN measurement q ON q.run_id = p.run_id AND q.parameter = m.parameter AND q.superseded_by IS NULL AND q.measured_at >= ${first}
      WHERE p.started_at >= ${first}),
    stats AS (
      SELECT model_id, ${live(f.fromMs)} AS shown, (count(measured) FILTER (WHERE ${found}))::int AS checked_all,
        sqrt(avg((measured - value) ^ 2) FILTER (WHERE ${found})) AS rmse_all, ${live(week)} AS week, ${live(month)} AS month
      FROM seen GROUP BY model_id)
    SELECT m.id, m.operation, m.product, m.parameter, m.unit, m.active, v.version, v.trained_at, v.n, v.components, v.validation, s.shown, s.week, s.month,
      COALESCE(s.checked_all, 0) AS "checkedAll", s.rmse_all AS "observedAll"
    FROM models m LEFT JOIN stats s ON s.model_id = m.id
    LEFT JOIN LATERAL (SELECT * FROM vm_version v WHERE v.model_id = m.id ORDER BY version DESC LIMIT 1) v ON true ORDER BY m.operation, m.product, m.parameter`);
  return rows.map(({ trained_at, validation, shown, ...r }) => ({
    ...r,
    ...(shown ?? NOTHING_LIVE),
    week: r.week ?? NOTHING_LIVE,
    month: r.month ?? NOTHING_LIVE,
    trainedMs: trained_at?.getTime() ?? null,
    q2: validation?.q2 ?? null,
    rmse: validation?.rmse ?? null,
  }));
}
