import { bulkInsert, type Db, sql, type Tx } from '@/lib/db';
import type { Payload } from '@/lib/queue/jobs';
import { isSettled } from '../alerts/states';
import { alertEvent } from '../live/alert-event';
import { ITSELF } from '../live/itself';
import { conditionWords } from './condition-words';
import type { ChecklistContent, Step } from './content';
import { decideByData } from './data/decide';
import { subjectOf } from './data/subject';
import type { Line, LineKind } from './walk';

/** An alert and its checklist, as a step of a run reads them. */
export interface RunHead {
  readonly id: string;
  readonly state: string;
  readonly title: string;
  readonly version: number;
  readonly name: string;
  readonly content: ChecklistContent;
  readonly checklist_state: 'waiting' | 'running' | 'finished';
  readonly checklist_step: string | null;
  readonly round: number;
}

/** @returns undefined for an alert without a checklist. */
export const runHead = (tx: Tx, alertId: string): Promise<RunHead | undefined> =>
  tx.one<RunHead>(sql`
    SELECT a.id, a.state::text, a.title, a.version, c.name, v.content, a.checklist_state, a.checklist_step, a.checklist_round AS round FROM alert a
      JOIN checklist c ON c.id = a.checklist_id JOIN checklist_version v ON v.checklist_id = a.checklist_id AND v.version = a.checklist_version
    WHERE a.id = ${alertId} FOR UPDATE OF a`);

export interface StoredLine extends Line {
  readonly detail: unknown;
}

/** Lines of a run, oldest first; a round has at most a few hundred. */
export const linesOf = async (on: Db, alertId: string, round: number): Promise<StoredLine[]> =>
  (
    await on.rows<Omit<StoredLine, 'atMs'> & { at: Date }>(sql`
      SELECT id, kind, step, next, answer, note, detail, actor, at FROM alert_checklist_line WHERE alert_id = ${alertId} AND round = ${round} ORDER BY id LIMIT 1000`)
  ).map(({ at, ...l }) => ({ ...l, atMs: at.getTime() }));

interface NewLine {
  readonly kind: LineKind;
  readonly step: string;
  readonly next: string | null;
  readonly answer?: string | null;
  readonly note?: string | null;
  readonly detail?: object | null;
}

export const writeLine = (tx: Tx, r: RunHead, actor: string, at: Date, l: NewLine): Promise<unknown> =>
  bulkInsert(tx, 'alert_checklist_line', [
    {
      alert_id: r.id,
      round: r.round,
      actor,
      at,
      kind: l.kind,
      step: l.step,
      next: l.next,
      answer: l.answer ?? null,
      note: l.note ?? null,
      detail: l.detail ?? null,
    },
  ]);

export const stepOf = (c: ChecklistContent, id: string): Step => c.steps.find((s) => s.id === id)!;

/**
 * Goes on from a step: what data decide is decided now, from the evidence as it is, up to the next step of a person or the end.
 * @param tell - tells the history of the alert what led here, with what data decided, in words; the end of the run is told after it.
 */
export async function advance(
  tx: Tx,
  r: RunHead,
  from: string,
  actor: string,
  at: Date,
  tell: (said: readonly string[]) => Promise<void>,
): Promise<void> {
  const said: string[] = [];
  let step = stepOf(r.content, from);
  if (step.kind === 'data') {
    const subject = await subjectOf(tx, r.id);
    // Whole flowcharts have no circle of data alone, so this ends.
    while (step.kind === 'data') {
      const decided = await decideByData(tx, subject, step.condition);
      const next: string = step[decided.answer]!;
      const detail = { says: decided.says, data: decided.data, question: conditionWords(step.condition) };
      await writeLine(tx, r, ITSELF, at, { kind: 'data', step: step.id, next, answer: decided.answer, detail });
      said.push(`${step.title} ${decided.answer}, ${decided.says}`);
      step = stepOf(r.content, next);
    }
  }
  const isEnd = step.kind === 'end';
  if (isEnd) await writeLine(tx, r, actor, at, { kind: 'finished', step: step.id, next: null });
  await tx.exec(sql`
    UPDATE alert SET checklist_state = ${isEnd ? 'finished' : 'running'}, checklist_step = ${isEnd ? null : step.id} WHERE id = ${r.id}`);
  await tell(said);
  if (isEnd) await alertEvent(tx, r.id, actor, 'checklist_finished', `${r.name}: ${step.title}`);
}

/** Begins a run that waits; does nothing where it has begun. */
export async function beginRun(tx: Tx, r: RunHead, at: Date): Promise<void> {
  if (r.checklist_state !== 'waiting') return;
  const start = r.content.start!;
  await writeLine(tx, r, ITSELF, at, { kind: 'begun', step: start, next: start });
  await advance(tx, r, start, ITSELF, at, (said) =>
    alertEvent(tx, r.id, ITSELF, 'checklist_begun', [r.name, ...said].join('. ')),
  );
}

/** The stage of an alert that came under a checklist. Delivered twice, or after a person began it, it does nothing. */
export async function beginChecklist(tx: Tx, { alertId, round }: Payload<'checklist'>): Promise<void> {
  const r = await runHead(tx, alertId);
  if (r === undefined || r.round !== round || isSettled(r.state)) return;
  await beginRun(tx, r, (await tx.one<{ now: Date }>(sql`SELECT now() AS now`))!.now);
}
