import { bulkInsert, recordId, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { type AdviceOut, type AdviceRequest, adviceIn } from '@/lib/formats/wire';
import { type FeedLine, feed } from '../feed';
import { master } from '../ingest/master';
import { type DecidingLoop, nextAdvice } from './next-advice';

const ADVICE = {
  table: 'advice',
  columns: {
    id: 'uuid',
    thread_id: 'uuid',
    loop_id: 'uuid',
    lot: 'text',
    operation: 'text',
    tool: 'text',
    chamber: 'text',
    at: 'timestamptz',
    setpoint: 'float8',
    advised: 'float8',
    d_hat: 'float8',
    version: 'int4',
    mode: 'text',
    explanation: 'jsonb',
    seen: 'int4',
    last_applied: 'float8',
    last_advice_id: 'uuid',
  },
  onConflict: 'ON CONFLICT DO NOTHING',
} as const;

/**
 * The recipe advice for a lot at a tool: one setpoint a loop and chamber, with its explanation. The first answer to a key is the answer
 * for ever, so that a tool that asks twice runs one recipe. A loop in shadow or suspended mode advises but hands out the nominal setpoint.
 * @throws AppError `invalid_input` for names that are not registered, and for a loop whose stored configuration cannot work.
 */
export async function requestAdvice(sender: string, input: unknown, now: number): Promise<AdviceOut> {
  const r = adviceIn.parse(input);
  const m = await master(now);
  const chambers = m.chambers.get(r.tool);
  if (chambers === undefined) throw new AppError('invalid_input', `tool "${r.tool}" is not registered`, { field: 'tool' });
  const unknown = r.chambers.find((c) => !chambers.has(c));
  if (unknown !== undefined) throw new AppError('invalid_input', `${r.tool} has no chamber "${unknown}"`, { field: 'chambers' });
  if (!m.operations.has(r.operation))
    throw new AppError('invalid_input', `operation "${r.operation}" is not registered`, { field: 'operation' });
  const ids = new Map(r.chambers.map((c) => [c, recordId('advice', sender, r.key, c)]));
  return transaction(async (tx) => {
    const rows = await adviceRows(tx, r, ids);
    const fresh = await bulkInsert(tx, ADVICE, rows);
    if (fresh > 0) await feed(tx, [adviceLine(r, rows)]);
    const kept = await tx.rows<{ id: string; knob: string; setpoint: number }>(sql`
      SELECT a.id, l.knob, a.setpoint FROM advice a JOIN control_loop l ON l.id = a.loop_id WHERE a.id = ANY(${[...ids.values()]}::uuid[])`);
    return {
      chambers: Object.fromEntries(
        r.chambers.map((c) => {
          const adviceId = ids.get(c)!;
          return [
            c,
            { adviceId, setpoints: Object.fromEntries(kept.filter((k) => k.id === adviceId).map((k) => [k.knob, k.setpoint])) },
          ];
        }),
      ),
    };
  });
}

/** What the live view says: the tool, the lot, and the setpoints it was given. */
function adviceLine(r: AdviceRequest, rows: readonly Record<'chamber' | 'setpoint' | 'loop_id', unknown>[]): FeedLine {
  const loops = new Set(rows.map((q) => q.loop_id)).size;
  const chambers = r.chambers.length;
  return {
    kind: 'advice',
    text: `${r.tool} got the recipe of lot ${r.lot}, ${r.operation}: ${loops} ${loops === 1 ? 'loop' : 'loops'}, ${chambers} ${chambers === 1 ? 'chamber' : 'chambers'}`,
    detail: { tool: r.tool, lot: r.lot, operation: r.operation },
  };
}

async function adviceRows(
  tx: Tx,
  r: AdviceRequest,
  ids: ReadonlyMap<string, string>,
): Promise<Record<keyof typeof ADVICE.columns, unknown>[]> {
  const loops = await tx.rows<DecidingLoop>(sql`
    SELECT l.id, l.name, l.operation, l.product, l.knob, l.state::text, l.version, v.config FROM control_loop l JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version
    WHERE l.operation = ${r.operation} AND l.product = ${r.product} ORDER BY l.name`);
  if (loops.length === 0) return [];
  const loopOf = new Map(loops.map((l) => [l.id, l]));
  const places = r.chambers.map((chamber) => ({ tool: r.tool, chamber }));
  return (await nextAdvice(tx, loops, places, new Date(r.at))).map((a) => ({
    id: ids.get(a.chamber)!,
    thread_id: a.threadId,
    loop_id: a.loopId,
    lot: r.lot,
    operation: r.operation,
    tool: r.tool,
    chamber: a.chamber,
    at: r.at,
    setpoint: a.handedOut,
    advised: a.advised,
    d_hat: a.explanation.dHat,
    version: loopOf.get(a.loopId)!.version,
    mode: loopOf.get(a.loopId)!.state,
    explanation: a.explanation,
    seen: a.seen,
    last_applied: a.lastApplied,
    last_advice_id: a.lastAdviceId,
  }));
}
