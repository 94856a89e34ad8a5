import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { retireChecklist } from '@/lib/services/checklists/drafts';
import { doStep, skipStep, stepBack } from '@/lib/services/checklists/step';
import { checklistView } from '@/lib/services/checklists/views/list';
import { type AlertRun, alertRun } from '@/lib/services/checklists/views/run';
import { holdSubject } from '@/lib/services/holds/verbs';
import { FAB_CHECKLISTS } from '@/lib/services/simulation/fab-checklists';
import { as } from '../support/as';
import { ana, content, emil, policyWith, released } from '../support/checklists';
import { type Door, openDoor } from '../support/door';
import { act, closing, historyOf, kindsOf, type OxideAlerts, omar, workedAlerts } from '../support/oxide-alerts';
import { doAllWork } from '../support/work';

let door: Door;
let line: OxideAlerts;
let plan: string;

const run = async (id: string): Promise<AlertRun> => (await alertRun(id))!;
const opened = async () => {
  const a = await line.opened();
  await doAllWork();
  return a;
};
const linesOf = async (id: string) =>
  (await run(id)).lines.map((l) => [l.title, l.answer ?? l.kind, l.actor, l.undone?.by ?? null]);

beforeAll(async () => {
  door = await openDoor();
  line = await workedAlerts(door);
  plan = await released('Thickness', content());
}, 120_000);
beforeEach(async () => {
  await line.settleAll();
  await db().exec(
    sql`UPDATE process_hold SET released_at = now(), released_by = 'test', release_reason = 'test' WHERE released_at IS NULL`,
  );
  await policyWith([plan]);
});
afterAll(() => door.close());

test('what data decide is there when the engineer opens it; question, action and end follow, each in the history', async () => {
  const a = await opened();
  const before = await run(a.id);
  expect(before).toMatchObject({ state: 'running', name: 'Thickness', version: 1, present: { id: 'real' }, mayGoBack: true });
  expect(before.lines).toMatchObject([
    {
      title: 'Rule 1?',
      answer: 'yes',
      actor: 'Driftless',
      data: { question: 'Is the rule that fired 1?', says: expect.stringContaining('rule 1 fired') },
    },
  ]);
  expect(before.ahead.map((s) => s.id)).toEqual(['hold', 'end', 'held']);
  expect(await kindsOf(a.id)).toEqual(['opened', 'checklist_begun']);
  await doStep(omar, { alert: a.id, seen: a.version, step: 'real', answer: 'yes', note: 'the map is plausible' });
  // The first step takes the alert into work.
  expect(await line.alert(a.id)).toMatchObject({ state: 'in_work', assignee: 'omar@fab.example' });
  await expect(doStep(omar, { alert: a.id, seen: null, step: 'hold' })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('no hold was placed'),
  });
  const lot = (await db().one<{ lot: string }>(sql`SELECT lot FROM alert WHERE id = ${a.id}`))!.lot;
  await holdSubject(omar, { subject: { scope: 'lot', lot }, reason: 'out of control', alert: a.id, source: 'person' });
  await doStep(omar, { alert: a.id, seen: null, step: 'hold' });
  expect(await run(a.id)).toMatchObject({
    state: 'finished',
    present: null,
    suggested: { cause: 'equipment_fault', action: 'maintenance' },
  });
  expect(await linesOf(a.id)).toEqual([
    ['Rule 1?', 'yes', 'Driftless', null],
    ['Is it real?', 'yes', 'omar@fab.example', null],
    ['Hold the lot', 'done', 'omar@fab.example', null],
    ['Held?', 'yes', 'Driftless', null],
    ['end end', 'finished', 'omar@fab.example', null],
  ]);
  const told = await historyOf(a.id);
  expect(told.map((e) => e.kind)).toEqual([
    'opened',
    'checklist_begun',
    'started',
    'checklist_step',
    'hold_placed',
    'checklist_step',
    'checklist_finished',
  ]);
  expect(told[3]!.text).toBe('Is it real? yes. the map is plausible');
  expect(told[5]!.text).toBe('Hold the lot: done, 1 holds. Held? yes, 1 holds are active');
});

test('of two engineers at one step the second is told what the first did, and nothing is done twice', async () => {
  const a = await opened();
  const by = (who: string, answer: string) => doStep(as(who), { alert: a.id, seen: a.version, step: 'real', answer });
  const both = await Promise.allSettled([by('ana@fab.example', 'yes'), by('emil@fab.example', 'no')]);
  expect(both.filter((r) => r.status === 'fulfilled')).toHaveLength(1);
  const lost = both.find((r) => r.status === 'rejected')!;
  expect(lost.reason).toMatchObject({
    code: 'precondition_failed',
    message: expect.stringMatching(/changed meanwhile: .*Is it real\?/),
  });
  // One who looked away and knows no version is told where it stands.
  await expect(doStep(emil, { alert: a.id, seen: null, step: 'rule' })).rejects.toMatchObject({ code: 'precondition_failed' });
  expect((await linesOf(a.id)).filter((l) => l[0] === 'Is it real?')).toHaveLength(1);
});

test('back one step with a reason keeps what was done, and the data decide anew', async () => {
  const a = await opened();
  await doStep(omar, { alert: a.id, seen: null, step: 'real', answer: 'no' });
  expect(await run(a.id)).toMatchObject({ state: 'finished' });
  await stepBack(omar, { alert: a.id, seen: null, reason: 'answered too early' });
  expect(await run(a.id)).toMatchObject({ state: 'running', present: { id: 'real' } });
  await stepBack(omar, { alert: a.id, seen: null, reason: 'look at the data again' });
  expect(await linesOf(a.id)).toEqual([
    ['Rule 1?', 'yes', 'Driftless', 'omar@fab.example'],
    ['Is it real?', 'no', 'omar@fab.example', 'omar@fab.example'],
    ['end end', 'finished', 'omar@fab.example', 'omar@fab.example'],
    ['Rule 1?', 'yes', 'Driftless', null],
  ]);
  await expect(stepBack(omar, { alert: a.id, seen: null, reason: '' })).rejects.toMatchObject({ code: 'invalid_input' });
});

test('an operator skips nothing, an engineer skips with a reason and the way on', async () => {
  const a = await opened();
  const skip = { alert: a.id, seen: null, step: 'real', answer: 'yes', reason: 'the map was seen in the shift meeting' };
  await expect(skipStep(omar, skip)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(skipStep(ana, { ...skip, answer: 'perhaps' })).rejects.toMatchObject({
    code: 'invalid_input',
    details: { field: 'answer' },
  });
  await skipStep(ana, skip);
  expect((await run(a.id)).lines.at(-1)).toMatchObject({
    kind: 'skipped',
    answer: 'yes',
    note: skip.reason,
    actor: 'ana@fab.example',
  });
});

test('where the policy asks for it, an alert is closed after its checklist and not before', async () => {
  await policyWith([plan], true);
  const a = await opened();
  await expect(act(a.id, closing())).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('it stands at "Is it real?"'),
  });
  await doStep(omar, { alert: a.id, seen: null, step: 'real', answer: 'no' });
  await act(a.id, closing());
  expect(await line.alert(a.id)).toMatchObject({ state: 'closed' });
  // Reopened, it goes through its checklist again; what was done stays.
  await act(a.id, { do: 'reopen', comment: 'it came back' });
  await doAllWork();
  expect(await run(a.id)).toMatchObject({ state: 'running', present: { id: 'real' } });
  expect(
    await db().one(sql`SELECT count(*)::int AS n, max(round) AS rounds FROM alert_checklist_line WHERE alert_id = ${a.id}`),
  ).toEqual({
    n: 6,
    rounds: 2,
  });
});

test('an open alert keeps the version that it was raised under; a retired checklist is given to no further one', async () => {
  const a = await opened();
  const changed = content({ start: 'real' });
  await released('Thickness', { ...changed, steps: changed.steps.filter((s) => s.id !== 'rule') }, plan);
  expect(await run(a.id)).toMatchObject({ version: 1, present: { id: 'real' } });
  expect((await checklistView(plan)).versions.map((v) => [v.version, v.state])).toEqual([
    [2, 'in_force'],
    [1, 'in_force'],
  ]);
  await stepBack(omar, { alert: a.id, seen: null, reason: 'by the version of the alert' });
  expect((await run(a.id)).lines.at(-1)).toMatchObject({ title: 'Rule 1?' });
  await line.settleAll();
  const b = await opened();
  expect(await run(b.id)).toMatchObject({ version: 2, lines: [] });
  await retireChecklist(ana, { checklist: plan, retired: true, reason: 'a better one comes' });
  await line.settleAll();
  const c = await opened();
  expect(await alertRun(c.id)).toBeNull();
  await retireChecklist(ana, { checklist: plan, retired: false, reason: 'it does not come' });
});

test('the first checklist of the policy that fits is taken, and none where none fits', async () => {
  const other = await released(
    'Overlay alone',
    content({ fits: { kinds: [], operations: [], parameters: [], characteristics: ['overlay.*'] } }),
  );
  await policyWith([other, plan]);
  expect((await run((await opened()).id)).checklistId).toBe(plan);
  await line.settleAll();
  await policyWith([other], true);
  const a = await opened();
  expect(await alertRun(a.id)).toBeNull();
  await act(a.id, closing());
  await expect(policyWith(['00000000-0000-4000-8000-000000000000'])).rejects.toMatchObject({
    details: { field: 'policy.checklists' },
  });
});

test('a worker that dies while it begins leaves nothing, and the next begins it once; a person may begin it first', async () => {
  await db().exec(
    sql`CREATE OR REPLACE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'killed'; END $$`,
  );
  await db().exec(
    sql`CREATE TRIGGER die AFTER INSERT ON alert_checklist_line FOR EACH ROW WHEN (NEW.kind = 'begun') EXECUTE FUNCTION die()`,
  );
  await line.make([108]).catch((e: Error) => expect(e.message).toContain('killed'));
  const a = await line.newest();
  expect([await run(a.id), await kindsOf(a.id)]).toMatchObject([{ state: 'waiting', lines: [] }, ['opened']]);
  await db().exec(sql`DROP TRIGGER die ON alert_checklist_line`);
  await doStep(omar, { alert: a.id, seen: a.version, step: 'real', answer: 'yes' });
  await doAllWork();
  expect(await linesOf(a.id)).toHaveLength(1);
  expect((await kindsOf(a.id)).filter((k) => k === 'checklist_begun')).toHaveLength(1);
});

test('the action plans of the simulated fab are whole, and decide by the data of a line', async () => {
  const film = await released('Film', FAB_CHECKLISTS[0]!.content);
  await released('Overlay', FAB_CHECKLISTS[1]!.content);
  await policyWith([film]);
  const a = await opened();
  const r = await run(a.id);
  expect(r.lines.map((l) => [l.title, l.answer])).toEqual([['Beyond the specification?', expect.stringMatching(/yes|no/)]]);
  expect(r.lines[0]!.data!.data.map((d) => d.what)).toEqual(['value', 'LSL to USL']);
});
