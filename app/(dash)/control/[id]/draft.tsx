'use client';
import { useMemo, useState, useTransition } from 'react';
import type { LoopReplay, ReplaySide } from '@/lib/services/views/control-replay';
import type { LoopHead, LoopStability } from '@/lib/services/views/control-shared';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { InlineError, Panel } from '@/lib/ui/components/panel';
import { CONFIG_FIELDS, type ConfigField, configDifference, fieldText, parseConfig } from '@/lib/ui/control/config-diff';
import { ROW_HEAD } from '@/lib/ui/control/row-head';
import { absoluteTime, decimalsFor, num, plural, unitLabel } from '@/lib/ui/format';
import { saveLoop, tryConfiguration } from '../actions';

type Texts = Record<ConfigField['key'], string>;
const textsOf = (loop: LoopHead): Texts =>
  Object.fromEntries(CONFIG_FIELDS.map((f) => [f.key, fieldText(loop.config[f.key])])) as Texts;

/** A draft beside the version in force: difference, replay on what was observed, then activation with a reason. */
export function DraftPanel({ loop, may, stability }: { loop: LoopHead; may: boolean; stability: LoopStability | null }) {
  const [text, setText] = useState<Texts>(() => textsOf(loop));
  const [tried, setTried] = useState<{ key: string; replay: LoopReplay } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [asking, ask] = useState(false);
  const [busy, start] = useTransition();
  const parsed = useMemo(() => parseConfig(text), [text]);
  const diff = parsed.config ? configDifference(loop.config, parsed.config) : [];
  const key = `${loop.version} ${JSON.stringify(text)}`;
  const replay = tried?.key === key ? tried.replay : null;
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
              onClick={() => setText(textsOf(loop))}
            >
              Reset
            </button>
            <button type="submit" className="btn" disabled={!may || !parsed.config || diff.length === 0 || busy}>
              {busy ? 'Replaying…' : 'Replay last 200'}
            </button>
            <button
              type="button"
              className="btn btn-primary"
              disabled={!may || !parsed.config || diff.length === 0}
              title={may ? undefined : 'Needs the role engineer'}
              onClick={() => ask(true)}
            >
              {`Activate version ${loop.version + 1}…`}
            </button>
          </span>
        </div>
      </form>
      {error ? <InlineError message={error} /> : null}
      {replay ? <ReplayTable replay={replay} loop={loop} /> : null}
      <ReasonDialog
        open={asking}
        onClose={() => ask(false)}
        title={`Activate version ${loop.version + 1}`}
        confirm={`Activate version ${loop.version + 1}`}
        onSubmit={async (reason) => saveLoop(loop.id, loop.version, parsed.config, reason)}
      >
        <Difference diff={diff} />
        {replay ? (
          <p className="mt-2 text-sm">
            {`Replay on ${plural(replay.n, 'observation')}: Ppk ${num(replay.present.capability?.ppk, 2)} → ${num(replay.proposed.capability?.ppk, 2)}, moves ${replay.present.moves} → ${replay.proposed.moves}.`}
          </p>
        ) : (
          <p className="mt-2 text-sm text-ink-2">This draft has not been replayed yet.</p>
        )}
        {stability ? null : <p className="text-sm text-ink-2">No delay was observed yet: stability is unknown.</p>}
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

function Difference({ diff }: { diff: readonly { label: string; from: string; to: string }[] }) {
  return (
    <table className="grid-table">
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col" className="num">
            In force
          </th>
          <th scope="col" className="num">
            Draft
          </th>
        </tr>
      </thead>
      <tbody>
        {diff.map((x) => (
          <tr key={x.label}>
            <th scope="row" className={ROW_HEAD}>
              {x.label}
            </th>
            <td className="num">{x.from}</td>
            <td className="num font-semibold">{x.to}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ReplayTable({ replay: r, loop }: { replay: LoopReplay; loop: LoopHead }) {
  const dy = decimalsFor(r.present.rms / 10);
  const rows: { name: string; of: (s: ReplaySide) => string }[] = [
    { name: 'Ppk', of: (s) => num(s.capability?.ppk, 2) },
    { name: `rms from target, ${unitLabel(loop.unit)}`, of: (s) => num(s.rms, dy) },
    { name: 'Outside specification', of: (s) => String(s.outsideSpecification) },
    { name: 'Moves', of: (s) => String(s.moves) },
    { name: 'Cut by a limit', of: (s) => String(s.clipped) },
  ];
  return (
    <div className="mt-3">
      <table className="grid-table">
        <caption className="text-left text-sm text-ink-2 pb-1">
          {`${plural(r.n, 'observation')} of ${plural(r.threads, 'thread')}, ${absoluteTime(r.fromMs)} to ${absoluteTime(r.toMs)}; measurements arrive ${plural(r.delay, 'observation')} late; the model gain is taken as right.`}
        </caption>
        <thead>
          <tr>
            <th scope="col">Replay</th>
            <th scope="col" className="num">
              As recorded
            </th>
            <th scope="col" className="num">{`Version ${loop.version}`}</th>
            <th scope="col" className="num">
              Draft
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((x) => (
            <tr key={x.name}>
              <th scope="row" className={ROW_HEAD}>
                {x.name}
              </th>
              <td className="num">{x.of(r.recorded)}</td>
              <td className="num">{x.of(r.present)}</td>
              <td className="num font-semibold">{x.of(r.proposed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
