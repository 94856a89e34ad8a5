import { type Db, type Sql, sql } from '@/lib/db';
import { CODE_STAGES, type CodeStage } from '../system/code-version';
import type { CheckPart } from './check-line';

/** Stages whose results carry their version; the results of the others are assigned by the time at which a version began to compute. */
const CARRIED: Readonly<Partial<Record<CodeStage, Sql>>> = {
  spatial: sql`SELECT code_version AS version, count(*)::int AS n FROM spatial_result GROUP BY 1`,
  overlay: sql`SELECT code_version AS version, count(*)::int AS n FROM overlay_result GROUP BY 1`,
  spectra: sql`SELECT code_version AS version, count(*)::int AS n FROM spectrum_fit GROUP BY 1`,
  features: sql`SELECT code_version AS version, count(*)::int AS n FROM run_summary GROUP BY 1`,
  train: sql`SELECT code_version AS version, count(*)::int AS n FROM vm_version GROUP BY 1`,
};

/**
 * Code versions in the results against those that have computed here. Results of an earlier version remain after an upgrade; one of a version that
 * never registered, or of unbuilt sources, was written by something else.
 */
export async function checkCodeVersions(tx: Db, onLine: (line: CheckPart) => void): Promise<void> {
  const known = await tx.rows<{ stage: string; version: string }>(
    sql`SELECT stage, version FROM code_version ORDER BY last_at DESC, version`,
  );
  for (const stage of CODE_STAGES) {
    const versions = known.filter((k) => k.stage === stage).map((k) => k.version);
    const carried = CARRIED[stage];
    onLine(
      carried === undefined ? datedLine(stage, versions) : resultsLine(stage, versions, await tx.rows<ResultCount>(carried)),
    );
  }
}

interface ResultCount {
  readonly version: string;
  readonly n: number;
}

const isUnbuilt = (version: string): boolean => version.endsWith('-unbuilt');

function datedLine(stage: string, [running, ...earlier]: readonly string[]): CheckPart {
  const line = { subject: stage, right: 0, of: 0 };
  if (running === undefined) return { ...line, verdict: 'few', text: 'nothing has computed here yet' };
  return {
    ...line,
    verdict: isUnbuilt(running) ? 'fail' : 'note',
    text: `running ${running}; its results carry no version${earlier.length > 0 ? `; earlier: ${earlier.join(', ')}` : ''}`,
  };
}

function resultsLine(stage: string, [running, ...earlier]: readonly string[], counts: readonly ResultCount[]): CheckPart {
  const sum = (of: readonly ResultCount[]) => of.reduce((s, c) => s + c.n, 0);
  const by = (versions: readonly (string | undefined)[]) => counts.filter((c) => versions.includes(c.version));
  const strange = counts.filter((c) => isUnbuilt(c.version) || (c.version !== running && !earlier.includes(c.version)));
  const list = (of: readonly ResultCount[]) => of.map((c) => `${c.n} by ${c.version}`).join(', ');
  const old = by(earlier).filter((c) => !strange.includes(c));
  return {
    subject: stage,
    verdict: strange.length > 0 ? 'fail' : sum(counts) === 0 ? 'few' : 'pass',
    right: sum(by([running])),
    of: sum(counts),
    text: [
      running === undefined ? 'nothing has computed here yet' : `results of the running version ${running}`,
      ...(old.length > 0 ? [`earlier: ${list(old)}`] : []),
      ...(strange.length > 0 ? [`of code that is not known here: ${list(strange)}`] : []),
    ].join('; '),
  };
}
