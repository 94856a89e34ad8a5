'use client';
import { useState, useTransition } from 'react';
import { EVENT_GROUPS, EVENT_KINDS, GROUP_WORDS, kindWords } from '@/lib/services/notify/event-kinds';
import type { QuietHours } from '@/lib/services/notify/quiet';
import type { RulesPage, RulesPreview, RuleView } from '@/lib/services/notify/views/rules';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { InlineError } from '@/lib/ui/components/panel';
import { TextField } from '@/lib/ui/components/text-field';
import { count } from '@/lib/ui/format';
import { saveRuleVersion, tryRule } from './actions';
import { Checks, QuietFields } from './quiet-fields';
import { TargetField } from './target-field';
import { readTargets, targetText } from './targets';

interface Draft {
  name: string;
  active: boolean;
  events: string[];
  severities: string[];
  areas: string[];
  to: string;
  quiet: QuietHours | null;
  final: boolean;
}

const first = (r: RuleView | null): Draft => ({
  name: r?.name ?? '',
  active: r?.active ?? true,
  events: [...(r?.spec.events ?? ['alert'])],
  severities: [...(r?.spec.severities ?? [])],
  areas: [...(r?.spec.areas ?? [])],
  to: (r?.spec.to ?? []).map(targetText).join(', '),
  quiet: r?.spec.quiet ?? null,
  final: r?.spec.final ?? false,
});

const specOf = (d: Draft): object => ({
  events: d.events,
  severities: d.severities,
  areas: d.areas,
  to: readTargets(d.to),
  quiet: d.quiet,
  final: d.final,
});

function missing(d: Draft): string | null {
  if (d.name.trim() === '') return 'Give the rule a name.';
  if (d.to.trim() === '' && !d.final) return 'Choose who is told.';
  return null;
}

/** A rule, new or its next version, with what it would have sent in the last days. */
export function RuleDialog({ data, rule, onClose }: { data: RulesPage; rule: RuleView | null; onClose: () => void }) {
  const [d, setDraft] = useState(() => first(rule));
  const set = (patch: Partial<Draft>): void => setDraft({ ...d, ...patch });
  return (
    <ReasonDialog
      open
      onClose={onClose}
      title={rule === null ? 'New rule' : `${rule.name}: version ${rule.version + 1}`}
      confirm={rule === null ? 'Add the rule' : `Activate version ${rule.version + 1}`}
      width={720}
      blocked={missing(d)}
      onSubmit={(reason) =>
        saveRuleVersion(
          { id: rule?.id ?? null, seen: rule?.version ?? 0, name: d.name, active: d.active, spec: specOf(d) },
          reason,
        )
      }
    >
      <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-3 items-end">
        <TextField label="Name" value={d.name} onText={(name) => set({ name })} maxLength={80} autoComplete="off" />
        <label className="flex items-center gap-1 pb-1">
          <input type="checkbox" checked={d.active} onChange={(e) => set({ active: e.target.checked })} />
          on
        </label>
      </div>
      <Checks
        legend="Takes (none chosen: everything)"
        of={EVENT_GROUPS}
        chosen={d.events}
        words={(g) => GROUP_WORDS[g as keyof typeof GROUP_WORDS]}
        set={(events) => set({ events })}
      />
      <details className="mt-1">
        <summary className="cursor-pointer text-sm">Single events</summary>
        <Checks
          legend="Single events"
          of={EVENT_KINDS}
          chosen={d.events}
          words={(k) => kindWords(k)}
          set={(events) => set({ events })}
        />
      </details>
      <Checks
        legend="Only these severities (none chosen: all)"
        of={['high', 'medium', 'low']}
        chosen={d.severities}
        set={(severities) => set({ severities })}
      />
      <Checks legend="Only these areas (none chosen: all)" of={data.areas} chosen={d.areas} set={(areas) => set({ areas })} />
      <div className="mt-2">
        <TargetField value={d.to} known={data} all set={(to) => set({ to })} />
      </div>
      <label className="mt-2 flex items-center gap-2 text-sm">
        <input type="checkbox" checked={d.final} onChange={(e) => set({ final: e.target.checked })} />
        What it takes is shown to no rule after it
      </label>
      <h3 className="mt-3 mb-1">Quiet hours of this rule</h3>
      <QuietFields value={d.quiet} zone={data.zone} set={(quiet) => set({ quiet })} />
      <Preview id={rule?.id ?? null} spec={specOf(d)} />
    </ReasonDialog>
  );
}

function Preview({ id, spec }: { id: string | null; spec: object }) {
  const key = JSON.stringify(spec);
  const [got, setGot] = useState<{ key: string; value: RulesPreview | null; error: string | null } | null>(null);
  const [busy, start] = useTransition();
  const shown = got?.key === key ? got : null;
  const run = (): void =>
    start(async () => {
      const { result, value } = await tryRule(id, spec);
      setGot({ key, value, error: result.ok ? null : result.error });
    });
  const mine = shown?.value ? (shown.value.byRule[id ?? 'new'] ?? 0) : 0;
  return (
    <div className="mt-3 border-t border-hairline pt-2 text-sm" aria-live="polite">
      <button type="button" className="btn h-7! text-sm!" disabled={busy} onClick={run}>
        {busy ? 'Counting…' : 'What would it have sent?'}
      </button>
      {shown?.error ? <InlineError message={shown.error} /> : null}
      {shown?.value ? (
        <p className="mt-1">
          {`In the last ${shown.value.days} days: ${count(mine)} messages by this rule, ${count(shown.value.messages)} by all; `}
          {shown.value.byReceiver
            .slice(0, 6)
            .map((r) => `${r.receiver} ${count(r.n)}`)
            .join(', ') || 'nobody is told'}
          .
        </p>
      ) : null}
    </div>
  );
}
