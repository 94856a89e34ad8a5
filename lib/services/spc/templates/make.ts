import { type ChartVariable, characteristicUnit, parseCharacteristic } from '@/lib/characteristic';
import { bulkInsert, sql, type Tx } from '@/lib/db';
import { firstVersion } from '../next-version';
import type { ChartSettings } from './content';
import { broughtBy, seenContexts } from './contexts';
import type { WantedChart, WantedVariable } from './expand';

/** Whom a chart follows, and who made it why. */
export interface MadeBy {
  readonly templateId: string | null;
  readonly templateVersion: number | null;
  readonly author: string;
  readonly reason: string;
}

/** A chart as it stands in the database. */
export interface ExistingChart {
  readonly id: string;
  readonly template_id: string | null;
  readonly retired_at: Date | null;
  readonly retired_by_template: boolean;
}

export async function existingCharts(tx: Tx, ids: readonly string[]): Promise<Map<string, ExistingChart>> {
  const rows = await tx.rows<ExistingChart>(
    sql`SELECT id, template_id, retired_at, retired_by_template FROM chart WHERE id = ANY(${ids}::uuid[])`,
  );
  return new Map(rows.map((r) => [r.id, r]));
}

/** What says the units of variables that the context of a chart did not say: terms and sensors that were seen at its operation. */
async function withUnits(tx: Tx, charts: readonly WantedChart[]): Promise<(c: WantedChart) => ChartVariable[] | null> {
  const asking = charts.filter((c) => c.variables?.some((v) => v.unit === null));
  const seen = asking.length === 0 ? [] : await seenContexts(tx, [...new Set(asking.map((c) => c.operation))]);
  const units = new Map(
    seen.flatMap((s) =>
      broughtBy(s).flatMap((b) => (b.unit === null ? [] : [[`${s.operation}\u0000${b.name}`, b.unit] as const])),
    ),
  );
  const unitOf = (c: WantedChart, v: WantedVariable): string => {
    const own = units.get(`${c.operation}\u0000${v.characteristic}`);
    return v.unit ?? (own === undefined ? '' : characteristicUnit(parseCharacteristic(v.characteristic)!, own));
  };
  return (c) => c.variables?.map((v) => ({ ...v, unit: unitOf(c, v) })) ?? null;
}

/** Inserts charts with their first version, which collects the baseline from the first point on, or has the limits that its design states. The caller holds `lockMaking`. */
export async function insertCharts(tx: Tx, charts: readonly WantedChart[], s: ChartSettings, by: MadeBy): Promise<number> {
  const first = firstVersion(s.kind, s, s.design ?? {});
  const variables = await withUnits(tx, charts);
  const made = await bulkInsert(
    tx,
    'chart',
    charts.map((c) => ({
      ...c,
      variables: variables(c),
      alerting: s.alerting,
      specified: s.specified,
      template_id: by.templateId,
      template_version: by.templateVersion,
    })),
    { key: ['id'], update: [] },
  );
  await bulkInsert(
    tx,
    'chart_version',
    charts.map((c) => ({
      chart_id: c.id,
      version: 1,
      effective_from: new Date(0),
      rules: [...first.rules],
      preset: first.preset,
      set_version: s.setVersion ?? null,
      cl: first.cl,
      ucl: first.ucl,
      lcl: first.lcl,
      sigma_within: first.sigmaWithin,
      sigma_method: first.sigmaMethod,
      disp_cl: first.dispCl,
      disp_ucl: first.dispUcl,
      disp_lcl: first.dispLcl,
      disp_sigma: first.dispSigma,
      design: first.design ?? null,
      study: first.study ?? null,
      lambda: s.lambda ?? null,
      width_l: s.widthL ?? null,
      baseline_n: s.baselineN,
      author: by.author,
      reason: by.reason,
    })),
    'ignore',
  );
  return made;
}

/** The reason of the first version of a chart that a template makes. */
export const madeFrom = (name: string, version: number): string =>
  `made from the template "${name}", version ${version}; limits follow from the baseline`;
