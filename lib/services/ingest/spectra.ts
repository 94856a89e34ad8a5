import { asBuffer, asFloat32, bulkInsert, digestId, perDatabase, type Tx } from '@/lib/db';
import type { FieldIssue } from '@/lib/formats/incoming';
import { axisLength } from '@/lib/formats/metrology-recipe';
import { type SpectrumRecord, spectrumIn } from '@/lib/formats/wire';
import { enqueueLater } from '@/lib/queue/outbox';
import { feed } from '../live/feed';
import type { CheckContext } from '../master/checks';
import { issue, knownOperation, knownStation, knownWafer, plausibleTime, sameLength, sitesOnWafer } from '../master/checks';
import type { MetrologyRecipeNames } from '../master/master';
import { siteLayouts } from './layouts';
import { linkRuns } from './link';
import type { IngestKind } from './types';

type Packed = SpectrumRecord['channels'][number]['values'];

const decoded = (s: Packed): Float32Array =>
  Array.isArray(s) ? Float32Array.from(s, (v) => v ?? Number.NaN) : asFloat32(Buffer.from(s.f32, 'base64'));

const length = (s: Packed): number => (Array.isArray(s) ? s.length : Math.floor(Buffer.byteLength(s.f32, 'base64') / 4));

/** What zod cannot check of the arrays: one value per site, channel and point; sigma for all channels or for none. */
function arrayIssues(r: SpectrumRecord): FieldIssue[] {
  const points = axisLength(r.axis);
  if (r.axis.kind === 'qxqz' && r.axis.qzPerNm.length !== points)
    return [issue('axis.qzPerNm', `has ${r.axis.qzPerNm.length} values, but axis.qxPerNm has ${points}; send pairs`)];
  const need = points * r.x.length;
  for (const [k, c] of r.channels.entries()) {
    const path = `channels.${k}`;
    if ((c.sigma === undefined) !== (r.channels[0]!.sigma === undefined))
      return [issue(`${path}.sigma`, 'send sigma for all channels or for none')];
    for (const [field, values] of [['values', c.values] as const, ['sigma', c.sigma] as const])
      if (values !== undefined && length(values) !== need)
        return [issue(`${path}.${field}`, `has ${length(values)} values; ${r.x.length} sites of ${points} points are ${need}`)];
    const fault = channelFault(path, decoded(c.values), c.sigma === undefined ? null : decoded(c.sigma));
    if (fault !== null) return [fault];
  }
  return [];
}

/**
 * What is wrong with a channel's numbers: NaN is a gap: a channel may have gaps but not consist of them; a measured value has a positive sigma where
 * any are sent.
 */
function channelFault(path: string, values: Float32Array, sigma: Float32Array | null): FieldIssue | null {
  const infinite = values.findIndex((v) => v === Number.POSITIVE_INFINITY || v === Number.NEGATIVE_INFINITY);
  if (infinite >= 0)
    return issue(`${path}.values`, `value ${infinite} is not finite; send null (NaN where packed) where nothing was measured`);
  if (values.every(Number.isNaN))
    return issue(`${path}.values`, 'holds no measured value at all; leave the record out, or correct it');
  const bad = sigma?.findIndex((s, i) => !Number.isNaN(values[i]!) && !(s > 0 && s < Number.POSITIVE_INFINITY)) ?? -1;
  return bad < 0
    ? null
    : issue(
        `${path}.sigma`,
        `value ${bad} is not a positive number, though the value was measured; correct it, or send no sigma`,
      );
}

/** Checks channels by name: each once, all that the recipe fits, and none that is unknown, which may be one of them misspelt. */
function channelIssues(r: SpectrumRecord, recipe: MetrologyRecipeNames, c: CheckContext): FieldIssue[] {
  const sent = new Set<string>();
  const known = c.master.channels.get(r.operation) ?? new Set(recipe.channels);
  for (const [k, { name }] of r.channels.entries()) {
    const path = `channels.${k}.name`;
    if (sent.has(name)) return [issue(path, `channel "${name}" is sent twice`)];
    sent.add(name);
    if (!known.has(name))
      return [
        issue(
          path,
          `channel "${name}" is not known for operation ${r.operation} (known: ${[...known].sort().join(', ')}); correct the name, leave the channel out, or keep a recipe draft that fits it`,
          'unknown_name',
        ),
      ];
  }
  const missing = recipe.channels.filter((name) => !sent.has(name));
  return missing.length === 0
    ? []
    : [
        issue(
          'channels',
          `recipe "${r.recipe}" fits ${recipe.channels.join(', ')}, and the spectrum does not have ${missing.join(', ')}; send all of them`,
          'unknown_name',
        ),
      ];
}

const knownRecipe = (r: SpectrumRecord, c: CheckContext): FieldIssue[] => {
  const recipe = c.master.metrologyRecipes.get(r.recipe);
  if (recipe === undefined)
    return [issue('recipe', `metrology recipe "${r.recipe}" does not exist; make it, or correct the name`, 'unknown_name')];
  if (recipe.operation !== r.operation)
    return [issue('recipe', `metrology recipe "${r.recipe}" is for operation ${recipe.operation}, not ${r.operation}`)];
  return channelIssues(r, recipe, c);
};

/** How many spectra arrived, and how much of them is missing. @param packed - all their values, NaN where nothing was measured. */
function received(r: SpectrumRecord, packed: Float32Array): string {
  let gaps = 0;
  for (const v of packed) if (Number.isNaN(v)) gaps++;
  const missing = gaps > 0 ? `, ${gaps} of ${packed.length} values not measured` : '';
  return `Lot ${r.lot} wafer ${r.wafer}: ${r.x.length} spectra from ${r.station} for recipe ${r.recipe}${missing}`;
}

/** Site after site, in each site channel after channel. */
function interleaved(r: SpectrumRecord, of: 'values' | 'sigma'): Float32Array {
  const points = axisLength(r.axis);
  const channels = r.channels.length;
  const out = new Float32Array(r.x.length * channels * points);
  for (const [k, c] of r.channels.entries()) {
    const v = decoded(c[of]!);
    for (let site = 0; site < r.x.length; site++)
      out.set(v.subarray(site * points, (site + 1) * points), (site * channels + k) * points);
  }
  return out;
}

const remembered = perDatabase(() => new Set<string>());

/** Stores the axes these spectra were recorded on (stations have a few) and returns the id of each. */
async function axes(tx: Tx, records: readonly SpectrumRecord[]): Promise<string[]> {
  const stored = remembered();
  const ids = records.map((r) => digestId(JSON.stringify(r.axis)));
  const fresh = new Map(ids.flatMap((id, i) => (stored.has(id) ? [] : [[id, records[i]!.axis] as const])));
  const written = await bulkInsert(
    tx,
    'spectrum_axis',
    [...fresh].map(([id, axis]) => ({ id, n: axisLength(axis), content: axis })),
    { key: ['id'], update: [] },
  );
  // As with layouts: remembered only once found stored, since this transaction may be rolled back.
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
  async insert(tx, sender, sent) {
    const { kept: records, refused, pending } = await linkRuns(tx, sent);
    const wire = records.map((r) => r.record);
    const packed = wire.map((r) => interleaved(r, 'values'));
    const [layouts, axisIds] = [await siteLayouts(tx, wire), await axes(tx, wire)];
    await bulkInsert(
      tx,
      'spectrum',
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
        values: asBuffer(packed[i]!),
        sigma: r.channels[0]!.sigma === undefined ? null : asBuffer(interleaved(r, 'sigma')),
      })),
    );
    // One wafer per job: a fit takes seconds where the model is rigorous, and other wafers should not wait for it.
    await enqueueLater(
      tx,
      records.map((r) => ({ queue: 'spectra', payload: { v: 1, refs: [{ id: r.id, at: Date.parse(r.record.measuredAt) }] } })),
    );
    await feed(
      tx,
      records.map(({ id, record: r }, i) => ({
        kind: 'spectrum',
        text: received(r, packed[i]!),
        detail: { lot: r.lot, station: r.station, recipe: r.recipe, spectrumId: id },
      })),
    );
    return { refused, pending };
  },
};
