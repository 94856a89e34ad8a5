import { type Db, sql } from '@/lib/db';
import type { CheckPart } from './check-line';

interface Limits {
  readonly cl: number | null;
  readonly ucl: number | null;
  readonly lcl: number | null;
}

interface GivenRow {
  readonly title: string;
  readonly version: number;
  readonly location: boolean;
  readonly dispersion: boolean;
  readonly cl: number | null;
  readonly ucl: number | null;
  readonly lcl: number | null;
  readonly disp_cl: number | null;
  readonly disp_ucl: number | null;
  readonly disp_lcl: number | null;
  /** What the audit trail says was entered; null: nothing there. */
  readonly entered: Limits | null;
  readonly entered_dispersion: Limits | null;
  readonly n: number;
  readonly same: number;
  readonly first: Date | null;
}

/**
 * Every version of a chart whose limits a person entered: the version holds what the audit trail says was entered, and each point from its beginning
 * until the next version was judged by exactly that, whatever its size.
 */
export async function checkGivenLimits(tx: Db, onLine: (line: CheckPart) => void): Promise<void> {
  const charts = await tx.rows<{ id: string }>(
    sql`SELECT DISTINCT chart_id AS id FROM chart_version WHERE cancelled_at IS NULL AND (limits_source = 'given' OR disp_source = 'given') ORDER BY chart_id`,
  );
  for (const { id } of charts) for (const row of await givenOf(tx, id)) onLine(limitsLine(row));
}

/** What the audit trail says was entered for one of the pairs of limits: by the version itself, or by the latest one before it that sets them. */
const enteredAs = (key: 'limits' | 'dispersion') => sql`(
  SELECT a.after->${key}::text FROM audit_entry a JOIN phases b ON b.version = (a.after->>'version')::int AND (b.effective_from, b.version) <= (g.effective_from, g.version)
  WHERE a.entity = 'chart' AND a.entity_id = g.chart_id::text AND a.action = 'change' AND jsonb_typeof(a.after->${key}::text) = 'object'
  ORDER BY b.effective_from DESC, b.version DESC LIMIT 1)`;

/** One chart's versions with entered limits. A moving range needs a point before it, so the dispersion of a first point has no limits. */
const givenOf = (tx: Db, chartId: string): Promise<GivenRow[]> =>
  tx.rows<GivenRow>(sql`
    WITH phases AS (SELECT *, lead(effective_from) OVER (ORDER BY effective_from, version) AS until FROM chart_version WHERE chart_id = ${chartId} AND cancelled_at IS NULL)
    SELECT c.title, g.version, g.limits_source = 'given' AS location, g.disp_source = 'given' AS dispersion, g.cl, g.ucl, g.lcl, g.disp_cl, g.disp_ucl, g.disp_lcl,
      ${enteredAs('limits')} AS entered, ${enteredAs('dispersion')} AS entered_dispersion, COALESCE(p.n, 0)::int AS n, COALESCE(p.same, 0)::int AS same, p.first
    FROM phases g JOIN chart c ON c.id = g.chart_id
    LEFT JOIN LATERAL (
      SELECT count(*) AS n, count(*) FILTER (WHERE q.ok) AS same, min(q.at) FILTER (WHERE NOT q.ok) AS first FROM (
        SELECT p.at, p.version = g.version
          AND (g.limits_source <> 'given' OR (p.ucl IS NOT DISTINCT FROM g.ucl AND p.lcl IS NOT DISTINCT FROM g.lcl))
          AND (g.disp_source <> 'given' OR p.dispersion IS NULL
            OR (p.disp_cl IS NOT DISTINCT FROM g.disp_cl AND p.disp_ucl IS NOT DISTINCT FROM g.disp_ucl AND p.disp_lcl IS NOT DISTINCT FROM g.disp_lcl)) AS ok
        FROM chart_point p WHERE p.chart_id = g.chart_id AND p.at >= g.effective_from AND p.at < COALESCE(g.until, 'infinity')) q) p ON true
    WHERE g.limits_source = 'given' OR g.disp_source = 'given' ORDER BY g.version`);

const differs = (held: Limits, entered: Limits | null): boolean =>
  entered !== null && (held.cl !== entered.cl || held.ucl !== entered.ucl || held.lcl !== entered.lcl);
const said = (l: Limits): string => `${l.lcl ?? 'none'} / ${l.cl ?? 'none'} / ${l.ucl ?? 'none'}`;

function limitsLine(r: GivenRow): CheckPart {
  const location: Limits = { cl: r.cl, ucl: r.ucl, lcl: r.lcl };
  const dispersion: Limits = { cl: r.disp_cl, ucl: r.disp_ucl, lcl: r.disp_lcl };
  const wrong = [
    ...(r.location && differs(location, r.entered)
      ? [`the version holds ${said(location)}, entered were ${said(r.entered!)}`]
      : []),
    ...(r.dispersion && differs(dispersion, r.entered_dispersion)
      ? [`the version holds ${said(dispersion)} for the dispersion, entered were ${said(r.entered_dispersion!)}`]
      : []),
    ...(r.first === null ? [] : [`first at ${r.first.toISOString()}`]),
  ];
  const unknown = (r.location && r.entered === null) || (r.dispersion && r.entered_dispersion === null);
  const limits = [...(r.location ? [said(location)] : []), ...(r.dispersion ? [`dispersion ${said(dispersion)}`] : [])].join(
    ', ',
  );
  return {
    subject: `${r.title}, version ${r.version}`,
    verdict: wrong.length > 0 ? 'fail' : r.n === 0 ? 'few' : 'pass',
    right: r.same,
    of: r.n,
    text: [
      r.n === 0 ? `no point since it began; ${limits}` : `points judged by the limits as entered (${limits})`,
      ...(unknown ? ['the audit trail does not say what was entered'] : []),
      ...wrong,
    ].join('; '),
  };
}
