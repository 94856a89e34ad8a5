import { db, sql } from '@/lib/db';
import { conditionWords } from '../condition-words';
import type { ChecklistContent, Step } from '../content';
import { linesOf, type StoredLine } from '../run';
import { aheadOf, backStep, walkOf } from '../walk';
import { waysOf } from '../ways';

/** A step that was passed, or that was taken back. */
export interface RunLine {
  id: number;
  kind: StoredLine['kind'];
  title: string;
  answer: string | null;
  note: string | null;
  actor: string;
  atMs: number;
  /** What a decision by data asked, what was found, and what it was made from; null for other steps. */
  data: { question: string; says: string; data: { what: string; value: string; href?: string }[] } | null;
  /** Who took it back, and why; null: it holds. */
  undone: { by: string; reason: string; atMs: number } | null;
}

/** The run of an alert's checklist as its page shows it. */
export interface AlertRun {
  checklistId: string;
  name: string;
  version: number;
  state: 'waiting' | 'running' | 'finished';
  /** In the order in which they were done, with those that were taken back. */
  lines: RunLine[];
  present: Step | null;
  /** Steps that may follow, nearest first: the first of them. */
  ahead: { id: string; title: string; kind: Step['kind'] }[];
  /** The last step can be taken back. */
  mayGoBack: boolean;
  /** Codes that its end suggests. */
  suggested: { cause: string | null; action: string | null };
  /** The policy asks for its end before the alert is closed. */
  needed: boolean;
}

const MOST_AHEAD = 5;

/** @returns null for an alert without a checklist. */
export async function alertRun(alertId: string): Promise<AlertRun | null> {
  const head = await db().one<{
    id: string;
    name: string;
    version: number;
    content: ChecklistContent;
    state: AlertRun['state'];
    step: string | null;
    round: number;
    needed: boolean | null;
  }>(sql`
    SELECT c.id, c.name, v.version, v.content, a.checklist_state AS state, a.checklist_step AS step, a.checklist_round AS round, p.close_needs_checklist AS needed
    FROM alert a JOIN checklist c ON c.id = a.checklist_id JOIN checklist_version v ON v.checklist_id = a.checklist_id AND v.version = a.checklist_version
      LEFT JOIN alert_policy p ON p.area = a.policy_area AND p.severity = a.policy_severity AND p.version = a.policy_version WHERE a.id = ${alertId}`);
  if (head === undefined) return null;
  const { content } = head;
  const stored = await linesOf(db(), alertId, head.round);
  const { passed, undone } = walkOf(stored);
  const takenBack = new Map(undone.map((u) => [u.line.id, u.by]));
  const shown = stored.filter((l) => takenBack.has(l.id) || passed.includes(l));
  const byId = new Map(content.steps.map((s) => [s.id, s]));
  const end = head.state === 'finished' ? byId.get(passed.at(-1)?.step ?? '') : undefined;
  const from = head.step ?? (head.state === 'waiting' ? content.start : null);
  return {
    checklistId: head.id,
    name: head.name,
    version: head.version,
    state: head.state,
    lines: shown.map((l) => lineView(l, byId.get(l.step), takenBack.get(l.id))),
    present: head.step === null ? null : (byId.get(head.step) ?? null),
    ahead:
      from === null
        ? []
        : aheadOf(content, from, (s) => waysOf(s).map((w) => w.to), MOST_AHEAD).map(({ id, title, kind }) => ({
            id,
            title,
            kind,
          })),
    mayGoBack: backStep(passed) !== null,
    suggested: end?.kind === 'end' ? { cause: end.cause, action: end.action } : { cause: null, action: null },
    needed: head.needed === true,
  };
}

function lineView(l: StoredLine, step: Step | undefined, by: StoredLine | undefined): RunLine {
  const detail = l.detail as RunLine['data'];
  return {
    id: l.id,
    kind: l.kind,
    title: step?.title ?? l.step,
    answer: l.answer,
    note: l.note,
    actor: l.actor,
    atMs: l.atMs,
    data:
      l.kind === 'data' && step?.kind === 'data' && detail !== null
        ? { question: conditionWords(step.condition), says: detail.says, data: detail.data }
        : null,
    undone: by === undefined ? null : { by: by.actor, reason: by.note ?? '', atMs: by.atMs },
  };
}
