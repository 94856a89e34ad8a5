import { bulkInsert, db, recordId, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import type { FieldIssue } from '@/lib/formats/incoming';
import { parsed } from '@/lib/formats/parsed';
import { type AdviceOut, type AdviceRequest, adviceIn } from '@/lib/formats/wire';
import { refuseHeld } from '../holds/refuse-held';
import { type FeedLine, feed } from '../live/feed';
import { issue, knownProduct, knownTool, oldestTaken, plausibleTime } from '../master/checks';
import { type Master, master } from '../master/master';
import { type DecidingLoop, nextAdvice } from './next-advice';

/**
 * The recipe advice for a lot at a tool: one setpoint a loop and chamber, with its explanation. The first answer to a key is final, so that a tool
 * that asks twice runs one recipe. A loop in shadow or suspended mode advises but hands out the nominal setpoint. A lot that is not registered yet is
 * advised by the product of the request, and `pending` says so. While the lot, the tool or one of the chambers is on hold, nothing is answered and nothing is
 * kept, also to a key that was answered before; after the release the key gets its first answer.
 * @throws AppError `invalid_input` for names that are not registered, a product that is not the lot's, an implausible time, and a loop whose
 *   stored configuration cannot work; `on_hold` naming the hold; `conflict` for a key that was used for another request.
 */
export async function requestAdvice(sender: string, input: unknown, now: number): Promise<AdviceOut> {
  const r = parsed(adviceIn, input);
  await refuseUnknown(r, now);
  const pending = await lotOf(r);
  const ids = new Map(r.chambers.map((c) => [c, recordId('advice', sender, r.key, c)]));
  return transaction(async (tx) => {
    await refuseHeld(tx, { lot: r.lot, tool: r.tool, chambers: r.chambers });
    const rows = await adviceRows(tx, r, ids);
    const fresh = await bulkInsert(tx, 'advice', rows, 'ignore');
    if (fresh > 0) await feed(tx, [adviceLine(r, rows)]);
    const kept = await tx.rows<Kept>(sql`
      SELECT a.id, l.knob, l.product, a.setpoint, a.lot, a.operation, a.tool FROM advice a JOIN control_loop l ON l.id = a.loop_id WHERE a.id = ANY(${[...ids.values()]}::uuid[])`);
    refuseOtherRequest(r, kept);
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
      ...(pending.length > 0 ? { pending } : {}),
    };
  });
}

interface Kept {
  readonly id: string;
  readonly knob: string;
  readonly product: string;
  readonly setpoint: number;
  readonly lot: string;
  readonly operation: string;
  readonly tool: string;
}

const invalid = (field: string, message: string) => new AppError('invalid_input', `${field}: ${message}`, { field });

/** @throws AppError `invalid_input` for unregistered names, and for an implausible time. */
async function refuseUnknown(r: AdviceRequest, now: number): Promise<void> {
  const faults = (m: Master): FieldIssue[] => {
    const c = { master: m, lots: new Map(), now, oldest: oldestTaken(now) };
    return [
      ...r.chambers.flatMap((chamber) => knownTool(r.tool, chamber, c)),
      ...knownProduct(r.product, c),
      ...(m.operations.has(r.operation)
        ? []
        : [issue('operation', `operation "${r.operation}" is not registered; register it, or correct the name`, 'unknown_name')]),
      ...plausibleTime(r.at, 'at', c),
    ];
  };
  let found = faults(await master(now));
  if (found.some((f) => f.code === 'unknown_name')) found = faults(await master(now, true));
  const first = found[0];
  if (first !== undefined) throw invalid(first.path === 'chamber' ? 'chambers' : first.path, first.message);
}

/**
 * The note for a lot that is not registered yet: hosts ask before the lot is sent.
 * @throws AppError `invalid_input` when the lot is registered with another product.
 */
async function lotOf(r: AdviceRequest): Promise<readonly FieldIssue[]> {
  const lot = await db().one<{ product: string }>(sql`SELECT product FROM lot WHERE name = ${r.lot}`);
  if (lot === undefined)
    return [
      issue(
        'lot',
        `lot "${r.lot}" is not registered yet; the advice is for product ${r.product}, and runs of the lot are taken when it is registered with it`,
        'pending',
      ),
    ];
  if (lot.product !== r.product)
    throw invalid(
      'product',
      `lot ${r.lot} is of product ${lot.product}, not ${r.product}; ask for the recipe of its own product`,
    );
  return [];
}

/** @throws AppError `conflict` when the key was answered for another lot, product, operation or tool: its setpoints are not this lot's. */
function refuseOtherRequest(r: AdviceRequest, kept: readonly Kept[]): void {
  const other = kept.find((k) => k.lot !== r.lot || k.operation !== r.operation || k.tool !== r.tool || k.product !== r.product);
  if (other !== undefined)
    throw new AppError(
      'conflict',
      `key "${r.key}" was answered before for lot ${other.lot} of ${other.product}, operation ${other.operation}, ${other.tool}; ask under a new key`,
      { field: 'key' },
    );
}

/** The line of the live view: the tool, the lot, and the setpoints it was given. */
function adviceLine(r: AdviceRequest, rows: readonly { readonly loop_id: string }[]): FeedLine {
  const loops = new Set(rows.map((q) => q.loop_id)).size;
  const chambers = r.chambers.length;
  return {
    kind: 'advice',
    text: `${r.tool} got the recipe of lot ${r.lot}, ${r.operation}: ${loops} ${loops === 1 ? 'loop' : 'loops'}, ${chambers} ${chambers === 1 ? 'chamber' : 'chambers'}`,
    detail: { tool: r.tool, lot: r.lot, operation: r.operation },
  };
}

async function adviceRows(tx: Tx, r: AdviceRequest, ids: ReadonlyMap<string, string>) {
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
