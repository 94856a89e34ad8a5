import { bulkInsert } from '@/lib/db';
import { type RunRecord, runIn } from '@/lib/formats/wire';
import { enqueueLater, grouped } from '@/lib/queue/outbox';
import { judgeRecipes } from '../alerts/wrong-recipe';
import { feed } from '../live/feed';
import { issue, knownOperation, knownTool, knownWafer, plausibleTime } from '../master/checks';
import { knownSetpoints, tellUnlearned, wronglyAdvised } from './followed';
import { linkEarlierMeasurements, tellMisnamed } from './link';
import { insertTraces, traceFaults } from './traces';
import type { IngestKind } from './types';

/** Runs per job: small enough that one job's arithmetic stays far below the lock time. */
const RUNS_A_JOB = 50;

export const runs: IngestKind<RunRecord> = {
  kind: 'run',
  schema: runIn,
  times: (r) => [Date.parse(r.startedAt)],
  lotOf: (r) => r.lot,
  check: (r, c) => [
    ...knownTool(r.tool, r.chamber, c),
    ...knownOperation(r.operation, r.layer, c),
    ...knownWafer(r.lot, r.wafer, r.product, c),
    ...plausibleTime(r.startedAt, 'startedAt', c),
    ...plausibleTime(r.endedAt, 'endedAt', c),
    ...(Date.parse(r.endedAt) < Date.parse(r.startedAt) ? [issue('endedAt', 'the run ends before it starts')] : []),
    ...knownSetpoints(r, c),
    ...(r.trace === undefined ? [] : traceFaults(r.trace, Date.parse(r.endedAt) - Date.parse(r.startedAt))),
  ],
  async insert(tx, _sender, sent) {
    const refused = await wronglyAdvised(tx, sent);
    const records = sent.filter((r) => !refused.has(r.id));
    if (records.length === 0) return { refused };
    await bulkInsert(
      tx,
      'run',
      records.map(({ id, record: r }) => ({
        id,
        key: r.key,
        tool: r.tool,
        chamber: r.chamber,
        product: r.product,
        layer: r.layer,
        operation: r.operation,
        lot: r.lot,
        slot: r.wafer,
        recipe: r.recipe.name,
        recipe_version: r.recipe.version,
        setpoints: r.setpoints,
        advice_id: r.adviceId ?? null,
        started_at: r.startedAt,
        ended_at: r.endedAt,
      })),
    );
    await insertTraces(tx, records);
    await linkEarlierMeasurements(tx, records);
    await tellMisnamed(tx, records);
    await tellUnlearned(tx, records);
    const started = records.map((r) => Date.parse(r.record.startedAt));
    await judgeRecipes(
      tx,
      records.map((r) => r.id),
      new Date(Math.min(...started)),
      new Date(Math.max(...started)),
    );
    const traced = records.filter((r) => r.record.trace !== undefined);
    await enqueueLater(
      tx,
      grouped(traced, (r) => `${r.record.lot}|${r.record.operation}`, RUNS_A_JOB).map((group) => ({
        queue: 'vm',
        payload: { v: 1, refs: group.map((g) => ({ id: g.id, at: Date.parse(g.record.startedAt) })) },
      })),
    );
    await feed(
      tx,
      grouped(records, (r) => `${r.record.lot}|${r.record.tool}`, 1000).map((g) => {
        const r = g[0]!.record;
        return {
          kind: 'run',
          text: `Lot ${r.lot} ran on ${r.tool}: ${g.length} ${g.length === 1 ? 'wafer' : 'wafers'}, ${r.operation}`,
          detail: { lot: r.lot, tool: r.tool, operation: r.operation, runId: g[0]!.id, wafers: g.length },
        };
      }),
    );
    return { refused };
  },
};
