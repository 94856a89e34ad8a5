import { sql, type Tx } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { ChartKind } from '@/lib/spc';
import { nextVersion, type VersionContent } from './next-version';
import type { PhaseRow } from './store';

/** A version as entered. */
export interface NewVersion {
  readonly version: number;
  readonly from: Date;
  readonly content: VersionContent;
  /** What a person set in it; null where no person made it. */
  readonly change: PhaseRow['change'];
  readonly author: string;
  readonly reason: string;
}

const json = (v: object | null | undefined): string | null => (v == null ? null : JSON.stringify(v));

/** Writes a version; what no change sets (λ, L, the size of the baseline) is taken from version `like`. */
export const insertVersion = (tx: Tx, chartId: string, like: number, n: NewVersion): Promise<number> => {
  const v = n.content;
  return tx.exec(sql`
    INSERT INTO chart_version (chart_id, version, effective_from, rules, preset, set_version, cl, ucl, lcl, limits_source, sigma_within, sigma_method, disp_cl, disp_ucl, disp_lcl, disp_source, disp_sigma,
      subgroup, lambda, width_l, design, study, baseline_n, change, author, reason)
    SELECT chart_id, ${n.version}, ${n.from}, ${v.rules}::int[], ${v.preset}, ${v.setVersion ?? null}::int, ${v.cl}::float8, ${v.ucl}::float8, ${v.lcl}::float8, ${v.limitsSource}, ${v.sigmaWithin}::float8, ${v.sigmaMethod}::text,
      ${v.dispCl}::float8, ${v.dispUcl}::float8, ${v.dispLcl}::float8, ${v.dispSource}, ${v.dispSigma}::float8, subgroup, lambda, width_l,
      ${json(v.design)}::jsonb, ${json(v.study)}::jsonb, baseline_n,
      ${json(n.change)}::jsonb, ${n.author}, ${n.reason}
    FROM chart_version WHERE chart_id = ${chartId} AND version = ${like}`);
};

/**
 * Makes planned versions follow a new one before them: each keeps what its own change set, all else is as in the version before it.
 * @param planned - in the order in which they begin.
 * @returns the updated versions.
 * @throws AppError `invalid_input` where one of them is not valid after the new one.
 */
export async function followWith(
  tx: Tx,
  chart: { readonly id: string; readonly kind: ChartKind },
  before: VersionContent,
  planned: readonly PhaseRow[],
): Promise<PhaseRow[]> {
  const out: PhaseRow[] = [];
  let last = before;
  for (const p of planned) {
    last = p.change === null ? p : contentAfter(chart.kind, last, p);
    const now = { ...p, ...last, version: p.version, effectiveFrom: p.effectiveFrom, change: p.change };
    await tx.exec(sql`
      UPDATE chart_version SET rules = ${now.rules}::int[], preset = ${now.preset}, set_version = ${now.setVersion ?? null}::int, cl = ${now.cl}::float8, ucl = ${now.ucl}::float8, lcl = ${now.lcl}::float8, limits_source = ${now.limitsSource},
        sigma_within = ${now.sigmaWithin}::float8, sigma_method = ${now.sigmaMethod}::text, disp_cl = ${now.dispCl}::float8, disp_ucl = ${now.dispUcl}::float8, disp_lcl = ${now.dispLcl}::float8,
        disp_source = ${now.dispSource}, disp_sigma = ${now.dispSigma}::float8, design = ${json(now.design)}::jsonb, study = ${json(now.study)}::jsonb WHERE chart_id = ${chart.id} AND version = ${p.version}`);
    out.push(now);
  }
  return out;
}

function contentAfter(kind: ChartKind, before: VersionContent, p: PhaseRow): VersionContent {
  try {
    return nextVersion(kind, before, p.change ?? {});
  } catch (e) {
    if (!(e instanceof AppError)) throw e;
    throw new AppError(
      'invalid_input',
      `After this, ${plannedText(p)} could not hold: ${e.message} Or cancel that version first.`,
      e.details,
    );
  }
}

/** A planned version as part of a sentence. */
export const plannedText = (p: Pick<PhaseRow, 'version' | 'effectiveFrom'>): string =>
  `version ${p.version}, planned from ${new Date(p.effectiveFrom).toISOString()},`;
