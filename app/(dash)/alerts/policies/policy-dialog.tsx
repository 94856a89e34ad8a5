'use client';
import { useState } from 'react';
import type { PoliciesView, PolicyView } from '@/lib/services/alerts/views/policies';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { ChoiceField, TextField } from '@/lib/ui/components/text-field';
import { savePolicy } from './actions';
import { PolicyChecklists } from './policy-checklists';

interface StepText {
  /** Its name while it is edited. */
  id: string;
  after: string;
  while: string;
  to: string;
}
interface Draft {
  due: string;
  snooze: string;
  check: string;
  hold: string;
  checklists: readonly string[];
  needed: boolean;
  steps: StepText[];
}

let made = 0;
const newId = (): string => `step ${++made}`;

const targetText = (t: PolicyView['steps'][number]['to'][number]): string =>
  'role' in t ? `role:${t.role}` : 'rota' in t ? `rota:${t.rota}` : t.person;
const draftOf = (p: PolicyView): Draft => ({
  due: String(p.dueMin),
  snooze: String(p.snoozeMaxMin),
  check: String(p.checkPoints),
  hold: p.holdScope,
  checklists: p.checklists,
  needed: p.closeNeedsChecklist,
  steps: p.steps.map((s) => ({ id: newId(), after: String(s.afterMin), while: s.while, to: s.to.map(targetText).join(', ') })),
});

const whole = (text: string, least: number): boolean => /^\d+$/.test(text.trim()) && Number(text) >= least;

/** What is missing before the policy can be sent; null: nothing. */
function missing(d: Draft): string | null {
  if (!whole(d.due, 1)) return 'Due within: whole minutes, 1 or more.';
  if (!whole(d.snooze, 0)) return 'Snooze: whole minutes, 0 for none.';
  if (!whole(d.check, 0)) return 'Verified by: a number of points, 0 for none.';
  for (const [i, s] of d.steps.entries()) {
    if (!whole(s.after, 1)) return `Step ${i + 1}: after whole minutes, 1 or more.`;
    if (i > 0 && Number(s.after) < Number(d.steps[i - 1]!.after))
      return `Step ${i + 1} comes before step ${i}: put them in order.`;
    if (s.to.trim() === '') return `Step ${i + 1}: choose who is told.`;
  }
  return null;
}

const policyOf = (d: Draft): object => ({
  dueMin: Number(d.due),
  snoozeMaxMin: Number(d.snooze),
  checkPoints: Number(d.check),
  holdScope: d.hold,
  checklists: d.checklists,
  closeNeedsChecklist: d.needed,
  steps: d.steps.map((s) => ({
    afterMin: Number(s.after),
    while: s.while,
    to: s.to
      .split(',')
      .map((t) => t.trim())
      .filter((t) => t !== '')
      .map((t) => (t.startsWith('role:') ? { role: t.slice(5) } : t.startsWith('rota:') ? { rota: t.slice(5) } : { person: t })),
  })),
});

/** A new version of the policy of an area and severity. */
export function PolicyDialog({
  data,
  start,
  onClose,
}: {
  data: PoliciesView;
  start: { area: string; severity: string };
  onClose: () => void;
}) {
  const [of, setOf] = useState(start);
  const own = data.policies.find((p) => p.area === of.area && p.severity === of.severity);
  const base = own?.active ? own : data.policies.find((p) => p.area === '*' && p.severity === of.severity)!;
  const [draft, setDraft] = useState<Draft>(() => draftOf(base));
  const [follow, setFollow] = useState(false);
  const seen = own?.version ?? 0;
  const move = (next: Partial<typeof of>): void => {
    const to = { ...of, ...next };
    setOf(to);
    const there = data.policies.find((p) => p.area === to.area && p.severity === to.severity && p.active);
    setDraft(draftOf(there ?? data.policies.find((p) => p.area === '*' && p.severity === to.severity)!));
    setFollow(false);
  };
  const set = (patch: Partial<Draft>): void => setDraft({ ...draft, ...patch });
  return (
    <ReasonDialog
      open
      onClose={onClose}
      title={`Policy: version ${seen + 1}`}
      confirm={follow ? 'Follow all areas' : `Activate version ${seen + 1}`}
      width={720}
      blocked={follow ? null : missing(draft)}
      onSubmit={(reason) => savePolicy({ ...of, seen }, follow ? null : policyOf(draft), reason)}
    >
      <div className="grid grid-cols-3 gap-3">
        <ChoiceField
          label="Area"
          value={of.area}
          onText={(area) => move({ area })}
          options={[{ value: '*', label: 'all areas' }, ...data.areas.map((a) => ({ value: a, label: a }))]}
        />
        <ChoiceField
          label="Severity"
          value={of.severity}
          onText={(severity) => move({ severity })}
          options={['high', 'medium', 'low'].map((value) => ({ value, label: value }))}
        />
        <ChoiceField
          label="Holds by itself"
          value={draft.hold}
          onText={(hold) => set({ hold })}
          options={[
            { value: 'none', label: 'nothing' },
            { value: 'lot', label: 'the lot' },
            { value: 'chamber', label: 'the chamber' },
            { value: 'tool', label: 'the tool' },
          ]}
        />
        <TextField label="Due within, min" value={draft.due} onText={(due) => set({ due })} inputMode="numeric" />
        <TextField label="Snooze at most, min" value={draft.snooze} onText={(snooze) => set({ snooze })} inputMode="numeric" />
        <TextField label="Verified by, points" value={draft.check} onText={(check) => set({ check })} inputMode="numeric" />
      </div>
      <h3 className="mt-3 mb-1">Escalation</h3>
      {draft.steps.map((s, i) => (
        <Step
          key={s.id}
          n={i + 1}
          step={s}
          people={data.people}
          rotas={data.rotas}
          onChange={(next) => set({ steps: draft.steps.map((q, k) => (k === i ? next : q)) })}
          onRemove={() => set({ steps: draft.steps.filter((_, k) => k !== i) })}
        />
      ))}
      <button
        type="button"
        className="btn h-7! text-sm! mt-1"
        disabled={draft.steps.length >= 10}
        onClick={() => set({ steps: [...draft.steps, { id: newId(), after: '', while: 'unacknowledged', to: 'role:engineer' }] })}
      >
        Add a step
      </button>
      <PolicyChecklists
        all={data.checklists}
        chosen={draft.checklists}
        needed={draft.needed}
        onChange={(checklists, needed) => set({ checklists, needed })}
      />
      {of.area !== '*' && own?.active ? (
        <label className="mt-2 flex items-center gap-2 text-sm">
          <input type="checkbox" checked={follow} onChange={(e) => setFollow(e.target.checked)} />
          {`${of.area} has no policy of its own any more and follows that of all areas.`}
        </label>
      ) : null}
      <p className="text-sm text-ink-2 mt-2">Alerts that are open keep the version that they were raised under.</p>
    </ReasonDialog>
  );
}

function Step({
  n,
  step,
  people,
  rotas,
  onChange,
  onRemove,
}: {
  n: number;
  step: StepText;
  people: PoliciesView['people'];
  rotas: readonly string[];
  onChange: (s: StepText) => void;
  onRemove: () => void;
}) {
  const add = (to: string): void => {
    const has = step.to.split(',').map((t) => t.trim());
    if (to !== '' && !has.includes(to)) onChange({ ...step, to: [...has.filter((t) => t !== ''), to].join(', ') });
  };
  return (
    <div className="grid grid-cols-[90px_150px_minmax(0,1fr)_150px_auto] gap-2 items-end mb-1">
      <TextField
        label={`Step ${n}, after min`}
        value={step.after}
        onText={(after) => onChange({ ...step, after })}
        inputMode="numeric"
      />
      <ChoiceField
        label="While it is"
        value={step.while}
        onText={(w) => onChange({ ...step, while: w })}
        options={[
          { value: 'unacknowledged', label: 'unacknowledged' },
          { value: 'unclosed', label: 'not closed' },
        ]}
      />
      <TextField label="Tells" value={step.to} onText={(to) => onChange({ ...step, to })} autoComplete="off" />
      <ChoiceField
        label="Add"
        value=""
        onText={add}
        options={[
          { value: '', label: 'Choose…' },
          ...['operator', 'engineer', 'administrator'].map((r) => ({ value: `role:${r}`, label: `every ${r}` })),
          ...rotas.map((r) => ({ value: `rota:${r}`, label: `on call in ${r}` })),
          ...people.map((p) => ({ value: p.email, label: p.email })),
        ]}
      />
      <button type="button" className="btn btn-quiet" onClick={onRemove} aria-label={`Remove step ${n}`}>
        ✕
      </button>
    </div>
  );
}
