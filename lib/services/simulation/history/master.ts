import { bulkInsert, sql, type Tx, transaction } from '@/lib/db';
import type { HistoryOptions, HistoryPlan } from './plan';
import { LOTS } from './points';

const DAY_MS = 86_400_000;
/** Rows of one statement. */
const PART = 2000;

/** Master data, specifications, charts and their versions; what is there already is left as it is. */
export async function insertMaster(plan: HistoryPlan, o: HistoryOptions): Promise<void> {
  await transaction(async (tx) => {
    const places = await tx.one<{ last: number }>(sql`SELECT COALESCE(max(position), 0)::int AS last FROM area`);
    const at = places!.last + 1;
    await bulkInsert(
      tx,
      'area',
      plan.areas.map((name, i) => ({ name, position: at + i })),
      { key: ['name'], update: [] },
    );
    await bulkInsert(
      tx,
      'tool',
      plan.tools.map((t, i) => ({ name: t.name, area: t.area, kind: 'process', position: 1000 + i })),
      { key: ['name'], update: [] },
    );
    await bulkInsert(
      tx,
      'chamber',
      plan.tools.flatMap((t) => t.chambers.map((name) => ({ tool: t.name, name }))),
      'ignore',
    );
    await bulkInsert(
      tx,
      'product',
      plan.products.map((name) => ({ name, description: 'loaded history' })),
      { key: ['name'], update: [] },
    );
    await bulkInsert(
      tx,
      'operation',
      plan.operations.map((q, i) => ({ name: q.name, area: q.area, layer: q.layer, position: 1000 + i, tools: [...q.tools] })),
      { key: ['name'], update: [] },
    );
    await bulkInsert(
      tx,
      'parameter',
      plan.parameters.map((p) => ({ ...p, description: 'loaded history' })),
      { key: ['name'], update: [] },
    );
    await insertLots(tx, plan, o);
    await insertCharts(tx, plan);
  });
}

async function insertLots(tx: Tx, plan: HistoryPlan, o: HistoryOptions): Promise<void> {
  const lots = Array.from({ length: LOTS }, (_, i) => ({
    name: `H${10_000 + i}`,
    product: plan.products[i % plan.products.length]!,
    route: 'history',
    wafers: 25,
    started_at: new Date(o.endMs - (o.days * DAY_MS * (LOTS - i)) / LOTS),
  }));
  await bulkInsert(tx, 'lot', lots, { key: ['name'], update: [] });
}

async function insertCharts(tx: Tx, plan: HistoryPlan): Promise<void> {
  const specifications = new Map(
    plan.charts.flatMap((c) =>
      c.specified && c.product !== null
        ? [[`${c.product} ${c.operation} ${c.parameter}`, { ...c, product: c.product, cl: c.versions[0]!.cl }] as const]
        : [],
    ),
  );
  const specs = [...specifications.values()].map((c) => ({
    product: c.product,
    operation: c.operation,
    parameter: c.parameter,
    target: c.cl,
    lsl: Math.round((c.cl - 4.5 * c.sigma) * 1000) / 1000,
    usl: Math.round((c.cl + 4.5 * c.sigma) * 1000) / 1000,
  }));
  for (let i = 0; i < specs.length; i += PART) {
    const part = specs.slice(i, i + PART);
    await bulkInsert(tx, 'specification', part, { key: ['product', 'operation', 'parameter'], update: [] });
    await bulkInsert(
      tx,
      'specification_version',
      part.map((s) => ({
        ...s,
        version: 1,
        author: 'history',
        reason: 'specification of the loaded history',
        valid_from: new Date(0),
      })),
      'ignore',
    );
  }
  for (let i = 0; i < plan.charts.length; i += PART) {
    const part = plan.charts.slice(i, i + PART);
    await bulkInsert(
      tx,
      'chart',
      part.map((c) => ({
        id: c.id,
        title: c.title,
        area: c.area,
        characteristic: c.characteristic,
        parameter: c.parameter,
        unit: c.unit,
        operation: c.operation,
        product: c.product,
        layer: c.layer,
        tool: c.tool,
        chamber: c.chamber,
        kind: 'individuals',
        alerting: c.alerting,
        specified: c.specified,
        version: c.versions.length,
      })),
      { key: ['id'], update: [] },
    );
    await bulkInsert(
      tx,
      'chart_version',
      part.flatMap((c) =>
        c.versions.map((v) => ({
          chart_id: c.id,
          version: v.version,
          effective_from: new Date(v.fromMs),
          rules: [1],
          preset: 'rule1',
          cl: v.cl,
          ucl: v.ucl,
          lcl: v.lcl,
          sigma_within: v.sigma,
          sigma_method: 'moving_range',
          disp_cl: v.dispCl,
          disp_ucl: v.dispUcl,
          disp_lcl: 0,
          author: 'history',
          reason: v.version === 1 ? 'limits of the loaded history' : 'tighter after the new focus ring',
        })),
      ),
      'ignore',
    );
  }
}
