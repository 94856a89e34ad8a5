'use client';
import { useEffect, useMemo, useState, useTransition } from 'react';
import type { Judged } from '@/lib/services/control/judge-change';
import type { LoopReplay } from '@/lib/services/views/control-replay';
import type { LoopHead } from '@/lib/services/views/control-shared';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { Facts } from '@/lib/ui/components/evidence-panel';
import { InlineError, Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { ComparisonTable } from '@/lib/ui/control/comparison-table';
import {
  CONFIG_FIELDS,
  type ConfigField,
  type ConfigTexts,
  configDifference,
  fieldText,
  NO,
  parseConfig,
  textsOf,
  YES,
} from '@/lib/ui/control/config-diff';
import { stabilityFacts, VERDICT_WORDS } from '@/lib/ui/control/stability-facts';
import { StabilityMeter } from '@/lib/ui/control/stability-meter';
import { num, plural, unitLabel } from '@/lib/ui/format';
import { judgeConfiguration, saveLoop, tryConfiguration } from '../actions';
import { ReplayTable } from './replay-table';

const PAUSE_MS = 300;

/** The judgement of the draft as it is typed; null while there is no draft, or its answer is on the way. */
function useJudgement(
  loopId: string,
  key: string,
  config: LoopHead['config'] | null,
): { judged: Judged | null; error: string | null } {
  const [answer, setAnswer] = useState<{ key: string; judged: Judged | null; error: string | null } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the configuration
  useEffect(() => {
    if (config === null) return;
    let gone = false;
    const timer = setTimeout(async () => {
      const r = await judgeConfiguration(loopId, config);
      if (!gone) setAnswer({ key, judged: r.judged, error: r.result.ok ? null : r.result.error });
    }, PAUSE_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [loopId, key]);
  return answer?.key === key ? answer : { judged: null, error: null };
}

/** A draft beside the version in force: difference, stability, replay on what was observed, then activation with a reason, or a proposal. */
export function DraftPanel({ loop, may }: { loop: LoopHead; may: boolean }) {
  const [text, setText] = useState<ConfigTexts>(() => textsOf(loop.config));
  const [tried, setTried] = useState<{ key: string; replay: LoopReplay } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [asking, ask] = useState(false);
  const [busy, start] = useTransition();
  const parsed = useMemo(() => parseConfig(text), [text]);
  const diff = parsed.config ? configDifference(loop.config, parsed.config) : [];
  const key = `${loop.version} ${JSON.stringify(text)}`;
  const replay = tried?.key === key ? tried.replay : null;
  const { judged, error: refusal } = useJudgement(loop.id, key, may && diff.length > 0 ? parsed.config : null);
  const verdict = judged?.judgement.verdict;
  const verb = verdict === 'second_person' ? `Propose version ${loop.version + 1}` : `Activate version ${loop.version + 1}`;
  const run = (): void =>
    start(async () => {
      setError(null);
      const r = await tryConfiguration(loop.id, parsed.config);
      if (r.replay) setTried({ key, replay: r.replay });
      else setError(r.result.ok ? 'The replay gave nothing.' : r.result.error);
    });
  return (
    <Panel
      title="Try a change"
      note={
        may ? `beside version ${loop.version}; nothing is changed until you activate it` : 'seen by all, changed by engineers'
      }
    >
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (parsed.config && diff.length > 0 && !busy) run();
        }}
      >
        <fieldset disabled={!may} className="grid grid-cols-4 2xl:grid-cols-6 gap-x-3 gap-y-2">
          <legend className="sr-only">Configuration</legend>
          {CONFIG_FIELDS.map((f) => (
            <label key={f.key} className="block" title={f.help}>
              <span className="label mb-0.5!">
                {f.label}
                <span className="text-ink-3">{` ${unitOf(f, loop)}`}</span>
              </span>
              <input
                className={`field w-full text-right ${text[f.key] !== fieldText(loop.config[f.key]) ? 'border-accent!' : ''}`}
                inputMode="decimal"
                value={text[f.key]}
                placeholder={f.optional ? 'none' : ''}
                onChange={(e) => setText({ ...text, [f.key]: e.target.value })}
              />
            </label>
          ))}
          <label
            className="block"
            title="Lowers the weight of an observation by its stated uncertainty, s²/(s² + u²), s the spread of the innovations"
          >
            <span className="label mb-0.5!">Weigh by u</span>
            <select
              className="field w-full"
              value={text.weighByUncertainty}
              onChange={(e) => setText({ ...text, weighByUncertainty: e.target.value })}
            >
              <option value={NO}>no</option>
              <option value={YES}>yes</option>
            </select>
          </label>
        </fieldset>
        <div className="flex items-center gap-2 mt-3">
          <span className="text-sm text-ink-2 min-w-0 truncate" aria-live="polite">
            {parsed.bad ??
              (diff.length === 0 ? 'No difference yet.' : diff.map((x) => `${x.label} ${x.from} → ${x.to}`).join(', '))}
          </span>
          <span className="ml-auto flex gap-2">
            <button
              type="button"
              className="btn"
              disabled={diff.length === 0 && !parsed.bad}
              onClick={() => setText(textsOf(loop.config))}
            >
              Reset
            </button>
            <button type="submit" className="btn" disabled={!may || !parsed.config || diff.length === 0 || busy}>
              {busy ? 'Replaying…' : 'Replay last 200'}
            </button>
            <button
              type="button"
              className="btn btn-primary"
              disabled={!may || !parsed.config || diff.length === 0 || verdict === 'refused'}
              title={may ? (verdict ? VERDICT_WORDS[verdict] : undefined) : 'Needs the role engineer'}
              onClick={() => ask(true)}
            >
              {`${verb}…`}
            </button>
          </span>
        </div>
      </form>
      {error || refusal ? <InlineError message={(error ?? refusal)!} /> : null}
      {judged && diff.length > 0 ? <DraftStability judged={judged} lambda={parsed.config?.lambda ?? loop.config.lambda} /> : null}
      {replay ? <ReplayTable replay={replay} loop={loop} /> : null}
      <ReasonDialog
        open={asking}
        onClose={() => ask(false)}
        title={verb}
        confirm={verb}
        onSubmit={async (reason) => saveLoop(loop.id, loop.version, parsed.config, reason)}
      >
        <ComparisonTable
          caption="What the draft changes"
          corner="Field"
          columns={[{ label: 'In force' }, { label: 'Draft' }]}
          rows={diff.map((x) => ({ name: x.label, cells: [x.from, x.to] }))}
          draft
        />
        {replay ? (
          <p className="mt-2 text-sm">
            {`Replay on ${plural(replay.n, 'observation')}: Ppk ${num(replay.present.capability?.ppk, 2)} → ${num(replay.proposed.capability?.ppk, 2)}, moves ${replay.present.moves} → ${replay.proposed.moves}.`}
          </p>
        ) : (
          <p className="mt-2 text-sm text-ink-2">This draft has not been replayed yet.</p>
        )}
        {judged ? (
          <p className="mt-2 text-sm">
            {`Stability: ${VERDICT_WORDS[judged.judgement.verdict]}${judged.judgement.reasons.length > 0 ? `: ${judged.judgement.reasons.join('; ')}` : ''}.`}
          </p>
        ) : null}
      </ReasonDialog>
    </Panel>
  );
}

function unitOf(f: ConfigField, loop: LoopHead): string {
  const y = unitLabel(loop.unit);
  const x = unitLabel(loop.knobUnit);
  if (f.unit === 'output') return y;
  if (f.unit === 'knob') return x;
  return f.unit === 'output/knob' ? (x ? `${y} per ${x}` : `${y} a step`) : '';
}

/** The stability meter of the draft, with the numbers and what activation will do. */
function DraftStability({ judged, lambda }: { judged: Judged; lambda: number }) {
  const j = judged.judgement;
  const status = j.verdict === 'free' ? 'ok' : j.verdict === 'second_person' ? 'warn' : 'out';
  return (
    <section
      className="mt-3 grid grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)] gap-4"
      aria-label="Stability of the draft"
      aria-live="polite"
    >
      <div className="text-sm">
        <p className="flex items-center gap-3">
          <StabilityMeter used={j.used} worst={j.usedWorst} compact />
          <StatusMark status={status} text={VERDICT_WORDS[j.verdict]} />
        </p>
        <ul className="list-disc pl-4 mt-1 text-ink-2">
          {j.reasons.map((r) => (
            <li key={r}>{r}</li>
          ))}
          {j.gainSource === 'history' ? null : <li>{`History does not tell the gain: ${j.gainReason}`}</li>}
        </ul>
      </div>
      <Facts facts={stabilityFacts(j, judged.timing, lambda)} />
    </section>
  );
}
