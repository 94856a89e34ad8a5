import type { Tx } from '@/lib/db';
import { sql, transaction } from '@/lib/db';
import { log } from '@/lib/log';
import { alertEvent } from '../live/alert-event';
import { feed } from '../live/feed';
import { ITSELF } from '../live/itself';
import { lateMinutes, minutesWords, type NextStep, nextStep } from './escalation';
import { resolveTargets } from './escalation-targets';
import { CLOCK, type ClockRow, clockOf, policyOf, setWake } from './policy';
import { endSnooze } from './snooze';
import { moved } from './states';
import { unsettled } from './unsettled';

/** Things done in one round; what is left is done in the next, a few seconds later. */
const MOST_A_ROUND = 500;

/**
 * Does what is due at alerts: escalation steps, ends of snoozes and of waits. What is due next is stored with each alert, and each thing is done in one
 * transaction with the mark that it is done: once, in order, by whichever worker comes first, also after a stop of hours or a clock that was set. What is done
 * late says so.
 * @param now - epoch ms.
 * @returns how many things were done.
 */
export async function wakeAlerts(now: number): Promise<number> {
  const failed: string[] = [];
  for (let done = 0; done < MOST_A_ROUND; done++) {
    let at: string | null = null;
    try {
      const woken = await transaction(async (tx) => {
        const a = await tx.one<ClockRow>(sql`
          SELECT ${CLOCK} FROM alert WHERE wake_at <= ${new Date(now)} AND ${unsettled()} AND id <> ALL(${failed}::uuid[]) ORDER BY wake_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`);
        if (a === undefined) return false;
        at = a.id;
        await wake(tx, a, now);
        await setWake(tx, a.id);
        return true;
      });
      if (!woken) return done;
    } catch (e) {
      if (at === null) throw e;
      failed.push(at); // the others go on; it is tried again in the next round
      log().error({ alert: at, err: e }, 'what was due at an alert failed');
    }
  }
  return MOST_A_ROUND;
}

/** The one thing that is due first. */
async function wake(tx: Tx, a: ClockRow, now: number): Promise<void> {
  if (a.snoozed_until !== null) {
    const late = lateMinutes(a.snoozed_until.getTime(), now);
    await endSnooze(tx, a, new Date(now), ITSELF, late === 0 ? null : lateWords(late));
    await feed(tx, [
      {
        kind: 'alert',
        text: `${a.title}: snooze is over`,
        detail: { alertId: a.id, severity: a.severity, tool: a.tool, chamber: a.chamber },
      },
    ]);
    return;
  }
  const next = nextStep((await policyOf(tx, a)).steps, clockOf(a));
  const isWaiting = a.state === 'waiting' && a.waiting_until !== null && a.waiting_until.getTime() <= now;
  if (isWaiting && (next === null || a.waiting_until!.getTime() <= next.at)) return endWait(tx, a, now);
  if (next !== null && next.at <= now) return escalate(tx, a, next, now);
}

async function endWait(tx: Tx, a: ClockRow, now: number): Promise<void> {
  const late = lateMinutes(a.waiting_until!.getTime(), now);
  await tx.exec(
    sql`UPDATE alert SET state = ${moved(a.state, 'resume')}::alert_state, waiting_for = NULL, waiting_until = NULL WHERE id = ${a.id}`,
  );
  await alertEvent(
    tx,
    a.id,
    ITSELF,
    'resumed',
    `waited for: ${a.waiting_for}${late === 0 ? '' : `; ${lateWords(late)}`}`,
    null,
    a.assignee === null ? [] : [a.assignee],
  );
}

const lateWords = (late: number): string => `${minutesWords(late)} late, since no worker ran or its clock stood back`;

async function escalate(tx: Tx, a: ClockRow, { index, at, step }: NextStep, now: number): Promise<void> {
  const { emails, words } = await resolveTargets(tx, step.to, now);
  const late = lateMinutes(at, now);
  await tx.exec(sql`UPDATE alert SET steps_done = ${index + 1} WHERE id = ${a.id}`);
  const why = step.while === 'unacknowledged' ? 'nobody has acknowledged it' : 'it is not closed';
  const text = `step ${index + 1}: ${why} after ${minutesWords(step.afterMin)}; told ${words}${late === 0 ? '' : `; ${lateWords(late)}`}`;
  await alertEvent(
    tx,
    a.id,
    ITSELF,
    'escalation',
    text,
    { step: index + 1, dueAt: new Date(at).toISOString(), lateMin: late, told: emails },
    emails,
  );
  await feed(tx, [
    {
      kind: 'alert',
      text: `${a.title}: escalation ${text}`,
      detail: { alertId: a.id, severity: a.severity, tool: a.tool, chamber: a.chamber },
    },
  ]);
}
