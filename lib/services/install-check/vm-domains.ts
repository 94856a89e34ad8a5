import { type Db, sql } from '@/lib/db';
import { type DomainShare, domainShare, SHARE_BAND } from '@/lib/vm';
import { faultRuns, hasGroundTruth } from '../simulation/fault-runs';
import type { CheckPart, Verdict } from './check-line';

interface ModelRow {
  readonly id: string;
  readonly operation: string;
  readonly product: string;
  readonly parameter: string;
  /** Newest version, and since when versions with a domain from later data predict; null: there is none. */
  readonly version: number | null;
  readonly since: Date | null;
}

interface Count {
  readonly n: number;
  readonly outside: number;
}

interface Counts extends Count {
  /** Of the newest version. */
  readonly newest: Count;
}

/**
 * The share of each model's predictions outside its domain since it has one. Where a simulator stores its ground truth, runs with an injected fault
 * are separated: they are meant to leave the domain, so only the others are judged, and the share of all is only shown.
 */
export async function checkDomains(tx: Db, onLine: (line: CheckPart) => void): Promise<void> {
  const models = await tx.rows<ModelRow>(sql`
    SELECT m.id, m.operation, m.product, m.parameter, v.version, v.since FROM vm_model m
    LEFT JOIN LATERAL (SELECT max(version) AS version, min(effective_from) FILTER (WHERE domain IS NOT NULL) AS since FROM vm_version WHERE model_id = m.id) v ON true
    WHERE m.active ORDER BY m.operation, m.product, m.parameter`);
  const simulated = await hasGroundTruth(tx);
  for (const m of models) for (const line of await modelLines(tx, m, simulated)) onLine(line);
}

async function modelLines(tx: Db, m: ModelRow, simulated: boolean): Promise<CheckPart[]> {
  const subject = `${m.operation} ${m.product} ${m.parameter}`;
  if (m.since === null)
    return [
      {
        subject,
        verdict: 'few',
        right: 0,
        of: 0,
        text: m.version === null ? 'no version yet' : 'no version has a domain of later data',
      },
    ];
  const all = await countOf(tx, m, m.since, []);
  if (!simulated) return [shareLine(subject, 'all runs', m, all, true)];
  const faults = await faultRuns(tx, m.operation, m.product, m.since);
  const nominal = await countOf(tx, m, m.since, faults);
  return [shareLine(subject, 'runs without an injected fault', m, nominal, true), shareLine(subject, 'all runs', m, all, false)];
}

/** Predictions by versions with a domain from later data, without those of the excluded runs. */
async function countOf(tx: Db, m: ModelRow, since: Date, leftOut: readonly string[]): Promise<Counts> {
  const rows = await tx.rows<Count & { version: number }>(sql`
    SELECT p.version, count(*)::int AS n, (count(*) FILTER (WHERE NOT p.reliable))::int AS outside FROM vm_prediction p
    JOIN vm_version v ON v.model_id = p.model_id AND v.version = p.version AND v.domain IS NOT NULL
    WHERE p.model_id = ${m.id} AND p.started_at >= ${since} AND NOT p.run_id = ANY(${[...leftOut]}::uuid[]) GROUP BY p.version`);
  const { n = 0, outside = 0 } = rows.find((r) => r.version === m.version) ?? {};
  return {
    n: rows.reduce((s, r) => s + r.n, 0),
    outside: rows.reduce((s, r) => s + r.outside, 0),
    newest: { n, outside },
  };
}

const VERDICT: Readonly<Record<DomainShare['verdict'], Verdict>> = { within: 'pass', outside: 'fail', few: 'few' };
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const BAND = `${100 * SHARE_BAND.low}-${100 * SHARE_BAND.high} %`;

function shareLine(subject: string, which: string, m: ModelRow, c: Counts, judged: boolean): CheckPart {
  const { n, outside, newest } = c;
  const line = { subject, right: n - outside, of: n };
  if (n === 0) return { ...line, verdict: judged ? 'few' : 'note', text: `${which}: no prediction yet` };
  const s = domainShare(n, outside);
  const mark =
    s.verdict === 'few'
      ? `, too few to judge against ${BAND}`
      : s.verdict === 'outside'
        ? `, OUTSIDE ${BAND}`
        : `, within ${BAND}`;
  const now = `version ${m.version}: ${newest.outside} of ${newest.n}`;
  return {
    ...line,
    verdict: judged ? VERDICT[s.verdict] : 'note',
    text: `inside; ${which}: ${percent(s.share)} outside (${outside} of ${n}; 95 % ${percent(s.low)} to ${percent(s.high)})${mark}; ${now}`,
  };
}
