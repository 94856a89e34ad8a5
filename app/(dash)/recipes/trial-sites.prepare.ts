import type { TrialSites } from '@/lib/services/recipes/views/trial';
import { type Cell, inUnit } from '@/lib/ui/csv';
import { unitLabel } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';
import { type ColourScale, sharedScale } from '@/lib/ui/maps/colour-scale';
import type { WaferMapInput } from '@/lib/ui/maps/wafer-map.prepare';
import { siteVerdict } from '@/lib/ui/spectra/site-status';

/** One site of the table: values of both recipes, their shift, and each recipe's verdict on the site. */
export interface TrialSiteRow {
  readonly site: number;
  readonly x: number;
  readonly y: number;
  readonly base: number;
  readonly uBase: number;
  readonly draft: number;
  readonly uDraft: number;
  readonly shift: number;
  readonly shiftInU: number;
  /** One word where both agree, both words where they differ. */
  readonly state: string;
  /** Only one of the two accepts it. */
  readonly isChanged: boolean;
}

export interface TrialSitesModel {
  readonly title: string;
  readonly unit: string;
  readonly map: WaferMapInput;
  /** Around 0, one for all wafers of the trial. */
  readonly scale: ColourScale;
  readonly rows: readonly TrialSiteRow[];
}

const word = (status: string | undefined): string => (status === undefined ? 'not tried' : siteVerdict(status).word);

function stateOf(draft: string, base: string | undefined): { state: string; isChanged: boolean } {
  const isChanged = base !== undefined && (draft === 'accepted') !== (base === 'accepted');
  return { state: draft === base ? word(draft) : `${word(base)} → ${word(draft)}`, isChanged };
}

/** Map and table of the shift of one parameter on one wafer of a trial; null where nothing can be compared. */
export function prepareTrialSites(t: TrialSites, wafer: number, parameter: number): TrialSitesModel | null {
  const w = t.wafers[wafer];
  const p = t.parameters[parameter];
  const s = w?.shifts[parameter];
  if (!w || !p || !s) return null;
  return {
    title: `${p.label || p.name}, draft − in force, ${waferName(w.lot, w.slot)}`,
    unit: unitLabel(p.unit),
    map: {
      x: w.x,
      y: w.y,
      value: s.shift,
      missing: 'not accepted by both',
      quantity: 'draft - in force',
      unit: unitLabel(p.unit),
      radiusMm: w.radiusMm,
      edgeExclusionMm: w.edgeExclusionMm,
    },
    scale: sharedScale(
      'diverging',
      t.wafers.map((v) => v.shifts[parameter]!.shift),
      { centre: 0 },
    ),
    rows: Array.from(w.x, (x, i) => ({
      site: i + 1,
      x,
      y: w.y[i]!,
      base: s.base[i]!,
      uBase: s.uBase[i]!,
      draft: s.draft[i]!,
      uDraft: s.uDraft[i]!,
      shift: s.shift[i]!,
      shiftInU: s.shiftInU[i]!,
      ...stateOf(w.draft[i]!, w.base?.[i]),
    })),
  };
}

/** Every wafer, site and parameter of the trial as a table; an undefined number is an empty cell. */
export function trialTable(t: TrialSites): { header: string[]; rows: Cell[][] } {
  const cell = (v: number): Cell => (Number.isNaN(v) ? null : v);
  return {
    header: [
      'lot',
      'wafer',
      'measured at',
      'station',
      'site',
      'x (mm)',
      'y (mm)',
      'state in force',
      'state by the draft',
      ...t.parameters.flatMap(({ name, unit }) => [
        inUnit(`${name} in force`, unitLabel(unit)),
        inUnit(`u of ${name} in force`, unitLabel(unit)),
        inUnit(`${name} by the draft`, unitLabel(unit)),
        inUnit(`u of ${name} by the draft`, unitLabel(unit)),
        inUnit(`shift of ${name}`, unitLabel(unit)),
        `shift of ${name} in u`,
      ]),
    ],
    rows: t.wafers.flatMap((w) =>
      Array.from(w.x, (x, i) => [
        w.lot,
        w.slot,
        new Date(w.measuredMs).toISOString(),
        w.station,
        i + 1,
        x,
        w.y[i],
        w.base?.[i] ?? null,
        w.draft[i],
        ...w.shifts.flatMap((s) => [s.base, s.uBase, s.draft, s.uDraft, s.shift, s.shiftInU].map((v) => cell(v[i]!))),
      ]),
    ),
  };
}
