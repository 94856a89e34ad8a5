import { z } from 'zod';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { requireCurrentVersion } from '@/lib/errors/current-version';
import { reasonIn } from '@/lib/formats/reason';
import { recordIdIn } from '@/lib/formats/scalars';
import { audit } from '../../audit';
import { feed } from '../../live/feed';
import { type Ctx, timeOf, verb } from '../../verb';
import { startFill } from './fill-start';
import { lockTemplate } from './save';
import { lockMaking } from './stored';
import { retireMany, takeBack } from './version-charts';

const chartIn = z.strictObject({ chart: recordIdIn('chart'), reason: reasonIn });

interface Row {
  id: string;
  title: string;
  characteristic: string;
  template_id: string | null;
  retired_at: Date | null;
  retired_reason: string | null;
}

async function lockOne(tx: Tx, id: string): Promise<Row> {
  const row = await tx.one<Row>(
    sql`SELECT id, title, characteristic, template_id, retired_at, retired_reason FROM chart WHERE id = ${id} FOR UPDATE`,
  );
  if (row === undefined) throw new AppError('not_found', 'there is no such chart');
  return row;
}

const tell = (tx: Tx, ctx: Ctx, row: Row, what: string, reason: string): Promise<void> =>
  feed(tx, [{ kind: 'limits', text: `${row.title}: ${what} by ${ctx.by.email}: ${reason}`, detail: { chartId: row.id } }]);

/** Retires one chart: it keeps its points and its history, takes no more of them, and raises no alert. @throws AppError `conflict` when it is. */
export const retireChart = verb({ name: 'chart.retire', least: 'engineer', input: chartIn }, async (ctx, { chart, reason }) =>
  transaction(async (tx) => {
    const row = await lockOne(tx, chart);
    if (row.retired_at !== null) throw new AppError('conflict', `the chart is retired already: "${row.retired_reason}"`);
    await retireMany(tx, ctx, [row.id], reason, false);
    await audit(tx, ctx, { action: 'retire', entity: 'chart', entityId: row.id, after: { retired: true }, reason });
    await tell(tx, ctx, row, 'retired', reason);
  }),
);

/** Takes a retired chart back, and fills what it missed from history. @throws AppError `conflict` when it is not retired. */
export const restoreChart = verb({ name: 'chart.restore', least: 'engineer', input: chartIn }, async (ctx, { chart, reason }) =>
  transaction(async (tx) => {
    const row = await lockOne(tx, chart);
    if (row.retired_at === null) throw new AppError('conflict', 'the chart is not retired: somebody restored it meanwhile');
    await backWithHistory(tx, ctx, [row], row.template_id);
    await audit(tx, ctx, { action: 'restore', entity: 'chart', entityId: row.id, after: { retired: false }, reason });
    await tell(tx, ctx, row, 'restored', reason);
  }),
);

async function backWithHistory(tx: Tx, ctx: Ctx, rows: readonly Row[], templateId: string | null): Promise<void> {
  const from = await takeBack(
    tx,
    rows.map((r) => r.id),
  );
  if (from !== null) await startFill(tx, { templateId, author: ctx.by.email, charts: rows, now: timeOf(ctx), from });
}

const templateIn = z.strictObject({ template: recordIdIn('chart template'), seen: z.int(), reason: reasonIn });

/** Retires a template with its charts: it makes none any more. @returns how many charts. */
export const retireTemplate = verb(
  { name: 'chart-template.retire', least: 'engineer', input: templateIn },
  async (ctx, { template, seen, reason }): Promise<number> =>
    transaction(async (tx) => {
      await lockMaking(tx);
      const head = await lockTemplate(tx, template);
      requireCurrentVersion('the template', head.version, seen);
      if (head.retired_at !== null) throw new AppError('conflict', 'the template is retired already');
      await tx.exec(sql`UPDATE chart_template SET retired_at = ${timeOf(ctx)} WHERE id = ${head.id}`);
      const charts = await tx.rows<{ id: string }>(
        sql`SELECT id FROM chart WHERE template_id = ${head.id} AND active ORDER BY id FOR UPDATE`,
      );
      const retired = await retireMany(
        tx,
        ctx,
        charts.map((c) => c.id),
        `with its template "${head.name}": ${reason}`,
        true,
      );
      await audit(tx, ctx, {
        action: 'retire',
        entity: 'chart template',
        entityId: head.id,
        after: { retired: true, charts: retired },
        reason,
      });
      const text = `Template "${head.name}" retired by ${ctx.by.email} with ${retired} charts: ${reason}`;
      await feed(tx, [{ kind: 'limits', text, detail: { templateId: head.id } }]);
      return retired;
    }),
);

/** Takes a retired template back with the charts that it retired, and fills what they missed. @returns how many charts. */
export const restoreTemplate = verb(
  { name: 'chart-template.restore', least: 'engineer', input: templateIn },
  async (ctx, { template, seen, reason }): Promise<number> =>
    transaction(async (tx) => {
      await lockMaking(tx);
      const head = await lockTemplate(tx, template);
      requireCurrentVersion('the template', head.version, seen);
      if (head.retired_at === null) throw new AppError('conflict', 'the template is not retired: somebody restored it meanwhile');
      await tx.exec(sql`UPDATE chart_template SET retired_at = NULL WHERE id = ${head.id}`);
      // Those that an earlier version of the template had left behind were retired before, and stay so.
      const rows = await tx.rows<Row>(sql`
        SELECT id, title, characteristic, template_id, retired_at, retired_reason FROM chart
        WHERE template_id = ${head.id} AND retired_by_template AND retired_at = ${head.retired_at} ORDER BY id FOR UPDATE`);
      await backWithHistory(tx, ctx, rows, head.id);
      await audit(tx, ctx, {
        action: 'restore',
        entity: 'chart template',
        entityId: head.id,
        after: { retired: false, charts: rows.length },
        reason,
      });
      return rows.length;
    }),
);
