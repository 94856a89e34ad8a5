import {
  characteristicName,
  OVERLAY_SUMMARIES,
  parseCharacteristic,
  SITE_STATISTICS,
  TRACE_INDICATORS,
  ZONE_VALUES,
} from '@/lib/characteristic';
import { bulkInsert, type Db, perDatabase, sql, type Tx } from '@/lib/db';
import type { Payload, Ref } from '@/lib/queue/jobs';
import { osaToNm, termsOfOrder } from '@/lib/spatial';
import { from, ids, to } from '../../characteristics/value';

export type ContextSource = 'measurement' | 'overlay' | 'vm' | 'trace' | 'count' | 'event';

/** A context in which values were seen. `parameter` is empty where the characteristic names it. */
export interface SeenContext {
  readonly source: ContextSource;
  readonly operation: string;
  readonly product: string;
  readonly tool: string;
  readonly chamber: string;
  readonly recipe: string;
  readonly parameter: string;
  /** As the table keeps them: see `prisma/schema.prisma`. */
  readonly names: readonly string[];
}

/** Where a template is matched: a context that was seen, or one that the master data makes possible, whose recipe is not known. */
export type MatchContext = Omit<SeenContext, 'recipe' | 'names'> & {
  readonly recipe: string | null;
  readonly names: readonly string[] | null;
};

const KEY = ['source', 'operation', 'product', 'tool', 'chamber', 'recipe', 'parameter'] as const;
export const contextKey = (c: SeenContext): string => KEY.map((k) => c[k]).join('\u0000');

/** What every measurement has, and every prediction. */
const ALWAYS: Readonly<Partial<Record<ContextSource, readonly string[]>>> = {
  measurement: [
    ...SITE_STATISTICS.map((of) => characteristicName({ source: 'measurement', of, lot: false })),
    characteristicName({ source: 'measurement', of: 'mean', lot: true }),
    ...ZONE_VALUES.map((of) => characteristicName({ source: 'zone', of, lot: false })),
    characteristicName({ source: 'zernike', of: 'residual', lot: false }),
  ],
  vm: [characteristicName({ source: 'vm', lot: true }), characteristicName({ source: 'vm', lot: false })],
};

/** A characteristic that a context brings; the unit where it is that of a term or sensor, null: that of the parameter. */
export interface Brought {
  readonly name: string;
  readonly unit: string | null;
}

const brought = new Map<string, readonly Brought[]>();
const BROUGHT_MOST = 2_000;

/** The characteristics that a context brings. Contexts share few lists, which are made once. */
export function broughtBy(c: SeenContext): readonly Brought[] {
  const key = `${c.source}\u0000${c.names.join('\u0000')}`;
  const known = brought.get(key);
  if (known !== undefined) return known;
  const always = (ALWAYS[c.source] ?? []).map((name) => ({ name, unit: null }));
  const list = [...always, ...c.names.flatMap((n) => ofName(c.source, n))].filter(
    (b) => parseCharacteristic(b.name) !== undefined,
  );
  if (brought.size >= BROUGHT_MOST) brought.clear();
  brought.set(key, list);
  return list;
}

function ofName(source: ContextSource, kept: string): Brought[] {
  const [first = '', second = '', third = ''] = kept.split('|');
  if (source === 'overlay')
    return [true, false].map((lot) => ({ name: characteristicName({ source: 'overlay', term: first, lot }), unit: second }));
  if (source === 'trace')
    return TRACE_INDICATORS.map((of) => ({
      name: characteristicName({ source: 'trace', sensor: first, step: second, of, lot: false }),
      unit: third,
    }));
  return [{ name: kept, unit: null }];
}

const SUMMARIES = Object.keys(OVERLAY_SUMMARIES).map((term) => `${term}|nm`);
const zernikeNames = (order: number | null): string[] =>
  order === null
    ? []
    : Array.from({ length: termsOfOrder(order) }, (_, j) => characteristicName({ source: 'zernike', ...osaToNm(j), lot: false }));

type Row = Omit<SeenContext, 'source' | 'names'>;
const bounds = (refs: readonly Ref[]) => sql`BETWEEN ${from(refs)} AND ${to(refs)}`;

/** A record whose run is known; the run itself may be gone from an old installation, and its recipe with it. */
const LINKED = sql`m.processed_at IS NOT NULL AND m.tool IS NOT NULL AND m.chamber IS NOT NULL`;

/** The contexts of these records, those whose run is known. */
export function contextsOf(tx: Tx, source: Payload<'spc'>['source'], refs: readonly Ref[]): Promise<SeenContext[]> {
  if (source === 'measurement') return ofMeasurements(tx, refs);
  if (source === 'count') return ofCounts(tx, refs);
  if (source === 'event') return ofEvents(tx, refs);
  return source === 'overlay' ? ofOverlay(tx, refs) : ofRuns(tx, refs);
}

async function ofMeasurements(tx: Tx, refs: readonly Ref[]): Promise<SeenContext[]> {
  const rows = await tx.rows<Row & { order: number | null; fitted: boolean }>(sql`
    SELECT m.operation, m.product, m.tool, m.chamber, COALESCE(r.recipe, '') AS recipe, m.parameter, max(s."order") AS "order", bool_or(EXISTS (
      SELECT 1 FROM spectrum g WHERE g.lot = m.lot AND g.operation = m.operation AND g.slot = m.slot AND g.measured_at = m.measured_at)) AS fitted
    FROM measurement m LEFT JOIN run r ON r.id = m.run_id AND r.started_at = m.processed_at
    LEFT JOIN spatial_result s ON s.measurement_id = m.id AND s.measured_at = m.measured_at AND s.reason IS NULL
    WHERE m.id = ANY(${ids(refs)}::uuid[]) AND m.measured_at ${bounds(refs)} AND ${LINKED} AND m.superseded_by IS NULL GROUP BY 1, 2, 3, 4, 5, 6`);
  return rows.map(({ order, fitted, ...r }) => ({
    ...r,
    source: 'measurement',
    names: [...zernikeNames(order), ...(fitted ? [characteristicName({ source: 'fit', of: 'chi2', lot: false })] : [])],
  }));
}

/** Counts name what they count; one of a whole tool has no chamber. */
async function ofCounts(tx: Tx, refs: readonly Ref[]): Promise<SeenContext[]> {
  const rows = await tx.rows<Row>(sql`
    SELECT DISTINCT c.operation, c.product, COALESCE(c.tool, '') AS tool, COALESCE(c.chamber, '') AS chamber, COALESCE(r.recipe, '') AS recipe, c.parameter
    FROM count_record c LEFT JOIN run r ON r.id = c.run_id AND r.started_at = c.processed_at
    WHERE c.id = ANY(${ids(refs)}::uuid[]) AND c.measured_at ${bounds(refs)} AND c.superseded_by IS NULL`);
  return rows.map((r) => ({
    ...r,
    source: 'count',
    names: [characteristicName({ source: 'count', parameter: r.parameter, lot: false })],
  }));
}

/** An event is seen at each operation that its tool can make; it is of no product and no recipe. */
async function ofEvents(tx: Tx, refs: readonly Ref[]): Promise<SeenContext[]> {
  const rows = await tx.rows<Row>(sql`
    SELECT DISTINCT o.name AS operation, '' AS product, e.tool, COALESCE(e.chamber, '') AS chamber, '' AS recipe, e.kind AS parameter
    FROM equipment_event e JOIN operation o ON e.tool = ANY(o.tools) WHERE e.id = ANY(${ids(refs)}::uuid[])`);
  return rows.map((r) => ({
    ...r,
    source: 'event',
    names: [characteristicName({ source: 'event', kind: r.parameter, lot: false })],
  }));
}

async function ofOverlay(tx: Tx, refs: readonly Ref[]): Promise<SeenContext[]> {
  const rows = await tx.rows<Omit<Row, 'parameter'> & { names: string[] | null }>(sql`
    SELECT m.operation, m.product, m.tool, m.chamber, COALESCE(r.recipe, '') AS recipe, array_agg(DISTINCT t.name || '|' || t.unit) FILTER (WHERE t.name IS NOT NULL) AS names
    FROM overlay_measurement m LEFT JOIN run r ON r.id = m.run_id AND r.started_at = m.processed_at
    JOIN overlay_result o ON o.measurement_id = m.id AND o.measured_at = m.measured_at LEFT JOIN LATERAL unnest(o.names, o.units) AS t(name, unit) ON true
    WHERE m.id = ANY(${ids(refs)}::uuid[]) AND m.measured_at ${bounds(refs)} AND ${LINKED} GROUP BY 1, 2, 3, 4, 5`);
  return rows.map((r) => ({ ...r, source: 'overlay', parameter: '', names: [...(r.names ?? []), ...SUMMARIES].sort() }));
}

async function ofRuns(tx: Tx, refs: readonly Ref[]): Promise<SeenContext[]> {
  const runs = sql`run r`;
  const these = sql`r.id = ANY(${ids(refs)}::uuid[]) AND r.started_at ${bounds(refs)}`;
  const predicted = await tx.rows<Row>(sql`
    SELECT DISTINCT r.operation, r.product, r.tool, r.chamber, r.recipe, m.parameter
    FROM ${runs} JOIN vm_prediction p ON p.run_id = r.id AND p.started_at = r.started_at JOIN vm_model m ON m.id = p.model_id WHERE ${these}`);
  const traced = await tx.rows<Omit<Row, 'parameter'> & { names: string[] }>(sql`
    WITH q AS (SELECT r.operation, r.product, r.tool, r.chamber, r.recipe, s.feature_set_id
      FROM ${runs} JOIN run_summary s ON s.run_id = r.id AND s.started_at = r.started_at WHERE ${these} GROUP BY 1, 2, 3, 4, 5, 6)
    SELECT q.operation, q.product, q.tool, q.chamber, q.recipe, array_agg(DISTINCT split_part(f.name, '|', 1) || '|' || split_part(f.name, '|', 2) || '|' || f.unit) AS names
    FROM q JOIN feature_set fs ON fs.id = q.feature_set_id, unnest(fs.names, fs.units) AS f(name, unit) WHERE f.name LIKE '%|%|mean' GROUP BY 1, 2, 3, 4, 5`);
  return [
    ...predicted.map((r) => ({ ...r, source: 'vm' as const, names: [] })),
    ...traced.map((r) => ({ ...r, source: 'trace' as const, parameter: '' })),
  ];
}

/** Contexts that the database is known to hold, with the number of their names. */
const remembered = perDatabase(() => new Map<string, ReadonlySet<string>>());
const REMEMBERED_MOST = 20_000;

/**
 * Keeps contexts that were not seen before, and what they newly bring.
 * @returns keys of those that are new with this transaction: nothing of them can have been missed.
 */
export async function noteContexts(tx: Tx, seen: readonly SeenContext[]): Promise<ReadonlySet<string>> {
  const known = remembered();
  const unknown = seen.filter((c) => {
    const names = known.get(contextKey(c));
    return names === undefined || c.names.some((n) => !names.has(n));
  });
  if (unknown.length === 0) return new Set();
  const before = await tx.rows<SeenContext>(sql`
    SELECT c.* FROM seen_context c JOIN unnest(${unknown.map((c) => c.source)}::text[], ${unknown.map((c) => c.operation)}::text[], ${unknown.map((c) => c.product)}::text[],
      ${unknown.map((c) => c.tool)}::text[], ${unknown.map((c) => c.chamber)}::text[], ${unknown.map((c) => c.recipe)}::text[], ${unknown.map((c) => c.parameter)}::text[])
      AS u(source, operation, product, tool, chamber, recipe, parameter) USING (source, operation, product, tool, chamber, recipe, parameter)`);
  const held = new Map(before.map((c) => [contextKey(c), new Set(c.names)]));
  // Only what another transaction committed is remembered: this one may still be rolled back.
  if (known.size >= REMEMBERED_MOST) known.clear();
  for (const [key, names] of held) known.set(key, names);
  const fresh = unknown.filter((c) => c.names.some((n) => !held.get(contextKey(c))?.has(n)) || !held.has(contextKey(c)));
  await bulkInsert(
    tx,
    'seen_context',
    fresh
      .map((c) => ({ ...pick(c), names: [...c.names].sort() }))
      .sort((a, b) => (KEY.map((k) => a[k]).join('\u0000') < KEY.map((k) => b[k]).join('\u0000') ? -1 : 1)),
    sql`ON CONFLICT (source, operation, product, tool, chamber, recipe, parameter) DO UPDATE SET names = (SELECT array_agg(DISTINCT n COLLATE "C" ORDER BY n COLLATE "C") FROM unnest(seen_context.names || EXCLUDED.names) n)`,
  );
  return new Set(fresh.map(contextKey).filter((k) => !held.has(k)));
}

const pick = (c: SeenContext) => ({
  source: c.source,
  operation: c.operation,
  product: c.product,
  tool: c.tool,
  chamber: c.chamber,
  recipe: c.recipe,
  parameter: c.parameter,
});

/** All contexts seen so far, those of these operations where any are named. */
export const seenContexts = (from: Db, operations: readonly string[] | null): Promise<SeenContext[]> =>
  from.rows<SeenContext>(sql`
    SELECT source, operation, product, tool, chamber, recipe, parameter, names FROM seen_context
    WHERE ${operations === null} OR operation = ANY(${operations ?? []}::text[]) ORDER BY operation, source, parameter, product, tool, chamber, recipe`);
