import { advise, initialThread, type RunToRunConfig, type ThreadState } from '@/lib/control';
import { bulkInsert, recordId, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { type AdviceOut, type AdviceRequest, adviceIn } from '@/lib/formats/wire';
import { type FeedLine, feed } from '../feed';
import { master } from '../ingest/master';
import { threadId } from './threads';

interface LoopConfigRow {
  id: string;
  name: string;
  knob: string;
  state: 'shadow' | 'closed' | 'suspended';
  version: number;
  config: RunToRunConfig;
}

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
  },
  onConflict: 'ON CONFLICT DO NOTHING',
} as const;

/**
 * The recipe advice for a lot at a tool: one setpoint a loop and chamber, with its explanation. The first answer to a key is the answer
 * for ever, so that a tool that asks twice runs one recipe. A loop in shadow or suspended mode advises but hands out the nominal setpoint.
 * @throws AppError `invalid_input` for names that are not registered.
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
  const loops = await tx.rows<LoopConfigRow>(sql`
    SELECT l.id, l.name, l.knob, l.state::text, l.version, v.config FROM control_loop l JOIN loop_version v ON v.loop_id = l.id AND v.version = l.version
    WHERE l.operation = ${r.operation} AND l.product = ${r.product} ORDER BY l.name`);
  if (loops.length === 0) return [];
  const pairs = loops.flatMap((loop) =>
    r.chambers.map((chamber) => ({ loop, chamber, thread: threadId(loop.id, r.tool, chamber) })),
  );
  const threads = await tx.rows<{
    id: string;
    state: ThreadState;
    last_at: Date | null;
    lot: string | null;
    slot: number | null;
  }>(sql`
    SELECT t.id, t.state, t.last_at, s.lot, s.slot FROM control_thread t
    LEFT JOIN LATERAL (SELECT lot, slot FROM control_step s WHERE s.thread_id = t.id ORDER BY at DESC, record_id DESC LIMIT 1) s ON true
    WHERE t.id = ANY(${pairs.map((p) => p.thread)}::uuid[])`);
  const inUse = await tx.rows<{ chamber: string; setpoints: Record<string, number> }>(sql`
    SELECT c AS chamber, q.setpoints FROM unnest(${r.chambers}::text[]) AS c CROSS JOIN LATERAL (
      SELECT setpoints FROM run WHERE tool = ${r.tool} AND chamber = c AND product = ${r.product} AND operation = ${r.operation}
        AND started_at < ${r.at}::timestamptz AND started_at > ${r.at}::timestamptz - INTERVAL '14 days' ORDER BY started_at DESC LIMIT 1) q`);
  return pairs.map(({ loop, chamber, thread }) => {
    const t = threads.find((q) => q.id === thread);
    const lastApplied = inUse.find((q) => q.chamber === chamber)?.setpoints[loop.knob] ?? null;
    const { setpoint, explanation } = advise(t?.state ?? initialThread(), loop.config, lastApplied);
    return {
      id: ids.get(chamber)!,
      thread_id: thread,
      loop_id: loop.id,
      lot: r.lot,
      operation: r.operation,
      tool: r.tool,
      chamber,
      at: r.at,
      setpoint: loop.state === 'closed' ? setpoint : loop.config.xNominal,
      advised: setpoint,
      d_hat: explanation.dHat,
      version: loop.version,
      mode: loop.state,
      explanation: { ...explanation, lastObserved: t?.last_at ?? null, lastLot: t?.lot ?? null, lastSlot: t?.slot ?? null },
    };
  });
}
