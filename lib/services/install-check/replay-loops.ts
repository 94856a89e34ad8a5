import { type Db, sql } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { compareDecisions } from '../control/audit-record';
import { loopRecord } from '../control/record';
import type { CheckPart } from './check-line';

const SLICE = 5_000;

interface LoopRow {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  /** Decisions from before the journal existed: what they knew is not recorded. */
  readonly unrecorded: number;
}

interface Tally {
  decisions: number;
  same: number;
  inForce: number;
  inForceSame: number;
  first: string | null;
}

/**
 * Makes every loop's recorded decisions again, each by the version then in force: they must equal the recorded ones to the last bit.
 * @param slice - decisions of a loop that are held in memory at a time.
 */
export async function checkLoops(tx: Db, onLine: (line: CheckPart) => void, slice = SLICE): Promise<void> {
  const loops = await tx.rows<LoopRow>(sql`
    SELECT l.id, l.name, l.version, (SELECT count(*) FROM advice a WHERE a.loop_id = l.id AND a.seen IS NULL)::int AS unrecorded
    FROM control_loop l ORDER BY l.name`);
  for (const loop of loops) onLine(loopLine(loop, await tallyOf(tx, loop, slice)));
}

async function tallyOf(tx: Db, loop: LoopRow, slice: number): Promise<Tally> {
  const tally: Tally = { decisions: 0, same: 0, inForce: 0, inForceSame: 0, first: null };
  const bounds = await tx.rows<{ at: Date }>(sql`
    SELECT DISTINCT at FROM (SELECT at, row_number() OVER (ORDER BY at) AS k FROM advice WHERE loop_id = ${loop.id} AND seen IS NOT NULL) q
    WHERE (k - 1) % ${slice}::int = 0 ORDER BY at`);
  for (const [i, { at }] of bounds.entries()) {
    const threads = await loopRecord(tx, loop.id, at, bounds[i + 1]?.at ?? null);
    for (const thread of threads) countThread(tally, loop.version, thread);
  }
  return tally;
}

function countThread(tally: Tally, inForce: number, thread: Parameters<typeof compareDecisions>[0][number]): void {
  const { decisions } = thread;
  tally.decisions += decisions.length;
  tally.inForce += decisions.filter((d) => d.version === inForce).length;
  try {
    for (const { recorded, again, same } of compareDecisions([thread])) {
      if (same) {
        tally.same++;
        if (recorded.version === inForce) tally.inForceSame++;
        continue;
      }
      tally.first ??= `${recorded.at.toISOString()} ${thread.tool}/${thread.chamber} advice ${recorded.id}: recorded ${recorded.advised} → ${recorded.handedOut} from d ${recorded.dHat}, replayed ${again.advised} → ${again.handedOut} from d ${again.dHat}`;
    }
  } catch (e) {
    // A record that contradicts itself is a finding; anything else is not about the record.
    if (!(e instanceof AppError)) throw e;
    tally.first ??= `${thread.tool}/${thread.chamber} cannot be replayed: ${e.message}`;
  }
}

function loopLine(loop: LoopRow, t: Tally): CheckPart {
  const older = loop.unrecorded > 0 ? `; ${loop.unrecorded} older ones have no journal` : '';
  const first = t.first === null ? '' : `; first: ${t.first}`;
  return {
    subject: loop.name,
    verdict: t.decisions === 0 ? 'few' : t.same === t.decisions ? 'pass' : 'fail',
    right: t.same,
    of: t.decisions,
    text:
      t.decisions === 0
        ? `no decision is recorded yet${older}`
        : `decisions made again; by version ${loop.version} in force ${t.inForceSame} of ${t.inForce}${older}${first}`,
  };
}
