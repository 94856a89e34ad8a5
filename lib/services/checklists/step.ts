import { z } from 'zod';
import { type Db, sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { REASON_MAX } from '@/lib/errors/reason';
import { reasonIn } from '@/lib/formats/reason';
import { recordIdIn, text } from '@/lib/formats/scalars';
import { startWork } from '../alerts/actions';
import { AFFECTING, type AffectingAlert } from '../alerts/affected-lots';
import { refuseChanged } from '../alerts/changed-meanwhile';
import { namesOf, undecidedLots } from '../alerts/dispositions';
import { setWake } from '../alerts/policy';
import { type AlertState, isSettled } from '../alerts/states';
import { audit } from '../audit';
import { alertEvent } from '../live/alert-event';
import { type Ctx, timeOf, verb } from '../verb';
import type { Deed, Step } from './content';
import { advance, beginRun, linesOf, type RunHead, runHead, stepOf, writeLine } from './run';
import { backStep, walkOf } from './walk';

const at = { alert: recordIdIn('alert'), seen: z.int().nullable() };
const answer = text(1, 60).optional();

/** The run of an alert under the version that the person saw. */
async function openRun(tx: Tx, ctx: Ctx, alert: string, seen: number | null): Promise<RunHead> {
  const r = await runHead(tx, alert);
  if (r === undefined) throw new AppError('not_found', `alert ${alert} has no checklist`);
  await refuseChanged(tx, alert, seen, r.version);
  if (isSettled(r.state)) throw new AppError('conflict', 'the alert is settled; reopen it to go on with its checklist');
  if (r.checklist_state !== 'waiting') return r;
  // No worker has begun it yet: whoever works on it does.
  await beginRun(tx, r, timeOf(ctx));
  return (await runHead(tx, alert))!;
}

/** The present step. @throws AppError `precondition_failed` where the run stands at another one. */
function presentStep(r: RunHead, step: string): Step {
  if (r.checklist_step === step) return stepOf(r.content, step);
  const now = r.checklist_step === null ? 'it is finished' : `it stands at "${stepOf(r.content, r.checklist_step).title}"`;
  throw new AppError('precondition_failed', `the checklist has gone on meanwhile: ${now}; look at it again`, {
    step: r.checklist_step,
  });
}

/** Where a step leads. @throws AppError `invalid_input` for an answer that it does not have. */
function wayOn(s: Step, given: string | undefined): string {
  if (s.kind !== 'question') {
    if (given !== undefined)
      throw new AppError('invalid_input', 'answer: this step asks nothing; leave it out', { field: 'answer' });
    return (s as { next: string }).next;
  }
  const found = s.answers.find((a) => a.answer === given);
  if (found === undefined)
    throw new AppError('invalid_input', `answer: "${s.title}" is answered by ${s.answers.map((a) => a.answer).join(', ')}`, {
      field: 'answer',
    });
  return found.next!;
}

/** What shows that an action was done. @throws AppError `conflict` where nothing does, with what is missing. */
async function proofOf(on: Db, deed: Deed, alertId: string, now: number): Promise<{ says: string; ids: string[] }> {
  const a = (await on.one<AffectingAlert>(sql`SELECT ${AFFECTING} FROM alert WHERE id = ${alertId}`))!;
  if (deed === 'dispose') {
    const left = await undecidedLots(on, a, now);
    if (left.length > 0)
      throw new AppError('conflict', `nothing is decided yet of ${namesOf(left)}; decide lot by lot, then go on`, { lots: left });
    return { says: 'every affected lot is decided', ids: [] };
  }
  const found =
    deed === 'hold'
      ? await on.rows<{ id: string }>(sql`
          SELECT id FROM process_hold WHERE alert_id = ${alertId} OR (released_at IS NULL AND (lot = ${a.lot} OR (tool = ${a.tool} AND (chamber IS NULL OR chamber = ${a.chamber})))) ORDER BY placed_at DESC LIMIT 10`)
      : await on.rows<{ id: string }>(sql`
          SELECT id FROM measurement_request WHERE alert_id = ${alertId} AND state <> 'withdrawn' ORDER BY asked_at DESC LIMIT 10`);
  if (found.length === 0)
    throw new AppError(
      'conflict',
      deed === 'hold'
        ? 'no hold was placed from this alert, and none is active on its lot, chamber or tool; place one, or let an engineer skip this step'
        : 'no measurement was asked for from this alert; ask for one, or let an engineer skip this step',
    );
  return { says: deed === 'hold' ? `${found.length} holds` : `${found.length} requests`, ids: found.map((f) => f.id) };
}

/** What every act on a run ends with: the step taken, in the history, the clock and the audit trail. */
async function goOn(
  tx: Tx,
  ctx: Ctx,
  r: RunHead,
  to: string,
  event: { kind: string; text: string },
  reason?: string,
): Promise<void> {
  await tx.exec(sql`UPDATE alert SET version = version + 1 WHERE id = ${r.id}`);
  const before = r.checklist_step;
  await advance(tx, r, to, ctx.by.email, timeOf(ctx), (said) =>
    alertEvent(tx, r.id, ctx.by.email, event.kind, [event.text, ...said].join('. ')),
  );
  await setWake(tx, r.id);
  await audit(tx, ctx, {
    action: event.kind.replace('checklist_', ''),
    entity: 'alert checklist',
    entityId: r.id,
    before: { step: before },
    after: { step: to },
    ...(reason === undefined ? {} : { reason }),
  });
}

/** An alert that nobody has in work is taken into work by whoever does the first step. */
const takeIntoWork = async (tx: Tx, ctx: Ctx, r: RunHead): Promise<void> => {
  if (r.state === 'open' || r.state === 'acknowledged') await startWork(tx, ctx, { id: r.id, state: r.state as AlertState });
};

/**
 * Does the present step of the checklist of an alert: an instruction that was followed, an action that was done (it is looked for), or the answer to a question. Of two
 * people at one step the second is told what the first did.
 * @throws AppError `precondition_failed` when the alert or its checklist went on meanwhile; `conflict` where the action is not done; `invalid_input` for an answer that
 *   the step does not have.
 */
export const doStep = verb(
  {
    name: 'checklist.step',
    least: 'operator',
    input: z.strictObject({ ...at, step: z.string(), answer, note: text(0, REASON_MAX).optional() }),
  },
  async (ctx, { alert, seen, step, answer: given, note }) =>
    transaction(async (tx) => {
      const r = await openRun(tx, ctx, alert, seen);
      const s = presentStep(r, step);
      const next = wayOn(s, given);
      const proof = s.kind === 'action' ? await proofOf(tx, s.deed, alert, ctx.now()) : null;
      await takeIntoWork(tx, ctx, r);
      await writeLine(tx, r, ctx.by.email, timeOf(ctx), {
        kind: s.kind === 'question' ? 'answered' : 'done',
        step,
        next,
        answer: given ?? null,
        note: note?.trim() || null,
        detail: proof,
      });
      const words = [
        given === undefined ? `${s.title}: done${proof === null ? '' : `, ${proof.says}`}` : `${s.title} ${given}`,
        note?.trim(),
      ];
      await goOn(tx, ctx, r, next, { kind: 'checklist_step', text: words.filter((w) => w).join('. ') });
    }),
);

/** Passes a step that does not apply, with the reason; of a question the way on is chosen. */
export const skipStep = verb(
  {
    name: 'checklist.skip',
    least: 'engineer',
    input: z.strictObject({ ...at, step: z.string(), answer, reason: reasonIn }),
  },
  async (ctx, { alert, seen, step, answer: given, reason }) =>
    transaction(async (tx) => {
      const r = await openRun(tx, ctx, alert, seen);
      const s = presentStep(r, step);
      const next = wayOn(s, given);
      await takeIntoWork(tx, ctx, r);
      await writeLine(tx, r, ctx.by.email, timeOf(ctx), { kind: 'skipped', step, next, answer: given ?? null, note: reason });
      await goOn(tx, ctx, r, next, { kind: 'checklist_skipped', text: `${s.title}: ${reason}` }, reason);
    }),
);

/** Takes the last step of a person back, with the reason: it stays in the history, and what data decide is decided again when it is reached again. */
export const stepBack = verb(
  { name: 'checklist.back', least: 'operator', input: z.strictObject({ ...at, reason: reasonIn }) },
  async (ctx, { alert, seen, reason }) =>
    transaction(async (tx) => {
      const r = await openRun(tx, ctx, alert, seen);
      const { passed } = walkOf(await linesOf(tx, alert, r.round));
      const to = backStep(passed);
      if (to === null) throw new AppError('conflict', 'the checklist stands at its beginning; there is nothing to take back');
      const from = r.checklist_step ?? passed.at(-1)!.step;
      await writeLine(tx, r, ctx.by.email, timeOf(ctx), { kind: 'back', step: from, next: to, note: reason });
      const text = `back to ${stepOf(r.content, to).title}: ${reason}`;
      await goOn(tx, ctx, r, to, { kind: 'checklist_back', text }, reason);
    }),
);
