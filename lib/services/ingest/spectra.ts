import { asBuffer, asFloat32, bulkInsert, digestId, perDatabase, type Tx } from '@/lib/db';
import type { FieldIssue } from '@/lib/formats/incoming';
import { axisLength } from '@/lib/formats/metrology-recipe';
import { type SpectrumRecord, spectrumIn } from '@/lib/formats/wire';
import { enqueueLater } from '@/lib/queue/outbox';
import { feed } from '../feed';
import { issue, knownOperation, knownStation, knownWafer, plausibleTime, sameLength, sitesOnWafer } from './checks';
import { siteLayouts } from './layouts';
import type { CheckContext, IngestKind } from './types';

const SPECTRUM = {
  table: 'spectrum',
  columns: {
    id: 'uuid',
    key: 'text',
    sender: 'text',
    station: 'text',
    lot: 'text',
    slot: 'int2',
    product: 'text',
    layer: 'text',
    operation: 'text',
    plan: 'text',
    recipe: 'text',
    measured_at: 'timestamptz',
    run_key: 'text',
    layout_id: 'uuid',
    axis_id: 'uuid',
    channels: 'text[]',
    sites: 'int4',
    values: 'bytea',
    sigma: 'bytea',
  },
} as const;

const AXIS = {
  table: 'spectrum_axis',
  columns: { id: 'uuid', n: 'int4', content: 'jsonb' },
  onConflict: 'ON CONFLICT (id) DO NOTHING',
} as const;

type Packed = SpectrumRecord['channels'][number]['values'];

const decoded = (s: Packed): Float32Array => (Array.isArray(s) ? Float32Array.from(s) : asFloat32(Buffer.from(s.f32, 'base64')));

const length = (s: Packed): number => (Array.isArray(s) ? s.length : Math.floor(Buffer.byteLength(s.f32, 'base64') / 4));

/** What zod cannot know of the arrays: one value a site, channel and point; finite values, positive sigmas; sigma for all channels or for none. */
function arrayIssues(r: SpectrumRecord): FieldIssue[] {
  const points = axisLength(r.axis);
  if (r.axis.kind === 'qxqz' && r.axis.qzPerNm.length !== points)
    return [issue('axis.qzPerNm', `has ${r.axis.qzPerNm.length} values, but axis.qxPerNm has ${points}; send pairs`)];
  const need = points * r.x.length;
  const names = new Set<string>();
  for (const [k, c] of r.channels.entries()) {
    const path = `channels.${k}`;
    if (names.has(c.name)) return [issue(`${path}.name`, `channel "${c.name}" is sent twice`)];
    names.add(c.name);
    if ((c.sigma === undefined) !== (r.channels[0]!.sigma === undefined))
      return [issue(`${path}.sigma`, 'send sigma for all channels or for none')];
    for (const [field, values] of [['values', c.values] as const, ['sigma', c.sigma] as const]) {
      if (values === undefined) continue;
      if (length(values) !== need)
        return [issue(`${path}.${field}`, `has ${length(values)} values; ${r.x.length} sites of ${points} points are ${need}`)];
      const bad = decoded(values).findIndex((v) => !Number.isFinite(v) || (field === 'sigma' && !(v > 0)));
      if (bad >= 0)
        return [
          issue(
            `${path}.${field}`,
            `value ${bad} is not ${field === 'sigma' ? 'a positive number' : 'finite'}; leave the site out, or correct it`,
          ),
        ];
    }
  }
  return [];
}

const knownRecipe = (r: SpectrumRecord, c: CheckContext): FieldIssue[] => {
  const recipe = c.master.metrologyRecipes.get(r.recipe);
  if (recipe === undefined)
    return [issue('recipe', `metrology recipe "${r.recipe}" does not exist; make it, or correct the name`, 'unknown_name')];
  if (recipe.operation !== r.operation)
    return [issue('recipe', `metrology recipe "${r.recipe}" is for operation ${recipe.operation}, not ${r.operation}`)];
  const sent = new Set(r.channels.map((q) => q.name));
  const missing = recipe.channels.filter((name) => !sent.has(name));
  return missing.length === 0
    ? []
    : [issue('channels', `recipe "${r.recipe}" fits ${missing.join(', ')}, which the spectrum does not have`)];
};

/** Site after site, in each site channel after channel. */
function interleaved(r: SpectrumRecord, of: 'values' | 'sigma'): Buffer | null {
  if (r.channels[0]![of] === undefined) return null;
  const points = axisLength(r.axis);
  const channels = r.channels.length;
  const out = new Float32Array(r.x.length * channels * points);
  for (const [k, c] of r.channels.entries()) {
    const v = decoded(c[of]!);
    for (let site = 0; site < r.x.length; site++)
      out.set(v.subarray(site * points, (site + 1) * points), (site * channels + k) * points);
  }
  return asBuffer(out);
}

const remembered = perDatabase(() => new Set<string>());

/** Stores the axes these spectra were recorded on (stations have a few) and returns the id of each. */
async function axes(tx: Tx, records: readonly SpectrumRecord[]): Promise<string[]> {
  const stored = remembered();
  const ids = records.map((r) => digestId(JSON.stringify(r.axis)));
  const fresh = new Map(ids.flatMap((id, i) => (stored.has(id) ? [] : [[id, records[i]!.axis] as const])));
  const written = await bulkInsert(
    tx,
    AXIS,
    [...fresh].map(([id, axis]) => ({ id, n: axisLength(axis), content: axis })),
  );
  // As with layouts: remembered only once it was found stored, since this transaction may be rolled back.
  if (fresh.size > 0 && written === 0) for (const id of fresh.keys()) stored.add(id);
  if (stored.size > 10_000) stored.clear();
  return ids;
}

export const spectra: IngestKind<SpectrumRecord> = {
  kind: 'spectrum',
  schema: spectrumIn,
  times: (r) => [Date.parse(r.measuredAt)],
  lotOf: (r) => r.lot,
  check: (r, c) => [
    ...knownStation(r.station, c),
    ...knownOperation(r.operation, r.layer, c),
    ...knownWafer(r.lot, r.wafer, r.product, c),
    ...knownRecipe(r, c),
    ...plausibleTime(r.measuredAt, 'measuredAt', c),
    ...sameLength({ x: r.x, y: r.y }),
    ...sitesOnWafer(r.x, r.y, r.product, c),
    ...arrayIssues(r),
  ],
  async insert(tx, sender, records) {
    const wire = records.map((r) => r.record);
    const [layouts, axisIds] = [await siteLayouts(tx, wire), await axes(tx, wire)];
    await bulkInsert(
      tx,
      SPECTRUM,
      records.map(({ id, record: r }, i) => ({
        id,
        key: r.key,
        sender,
        station: r.station,
        lot: r.lot,
        slot: r.wafer,
        product: r.product,
        layer: r.layer,
        operation: r.operation,
        plan: r.plan,
        recipe: r.recipe,
        measured_at: r.measuredAt,
        run_key: r.runKey ?? null,
        layout_id: layouts[i]!,
        axis_id: axisIds[i]!,
        channels: r.channels.map((c) => c.name),
        sites: r.x.length,
        values: interleaved(r, 'values'),
        sigma: interleaved(r, 'sigma'),
      })),
    );
    // A wafer a job: a fit takes seconds where the model is rigorous, and other wafers need not wait for it.
    await enqueueLater(
      tx,
      records.map((r) => ({ queue: 'spectra', payload: { v: 1, refs: [{ id: r.id, at: Date.parse(r.record.measuredAt) }] } })),
    );
    await feed(
      tx,
      records.map(({ id, record: r }) => ({
        kind: 'spectrum',
        text: `Lot ${r.lot} wafer ${r.wafer}: ${r.x.length} spectra from ${r.station} for recipe ${r.recipe}`,
        detail: { lot: r.lot, station: r.station, recipe: r.recipe, spectrumId: id },
      })),
    );
    return {};
  },
};
