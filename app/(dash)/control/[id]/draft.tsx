'use client';
import { useMemo, useState } from 'react';
import type { LoopHead } from '@/lib/services/control/views/loop-head';
import { BehindNotice } from '@/lib/ui/components/behind-notice';
import { Gate } from '@/lib/ui/components/gate';
import { InlineError, Panel } from '@/lib/ui/components/panel';
import { configDifference, fieldLabel, fieldText, textsOf } from '@/lib/ui/control/config-diff';
import { issuesWords, readConfig } from '@/lib/ui/control/config-form';
import { nominalHint } from '@/lib/ui/control/nominal-hint';
import { capital, unitLabel } from '@/lib/ui/format';
import { useBased } from '@/lib/ui/hooks/use-based';
import { saveLoop } from '../actions';
import { ActivateDialog } from './activate-dialog';
import { ConfigFields } from './config-fields';
import { JudgedStability } from './judged-stability';
import { ReplayTable } from './replay-table';
import { type JudgeAnswer, useJudgement } from './use-judgement';
import { useReplay } from './use-replay';
import { waitsFor } from './waits';

const textsOfLoop = (loop: LoopHead) => textsOf(loop.config);

/** Whether a version is the one that was sent: a proposal makes none, and the next version may be somebody else's. */
const says =
  (sent: LoopHead['config'] | null) =>
  ({ config }: LoopHead): boolean =>
    sent !== null && configDifference(config, sent).length === 0;

/** A draft beside the version it is based on: difference, stability, replay on the observations, then activation with a reason, or a proposal. */
export function DraftPanel({ loop, may }: { loop: LoopHead; may: boolean }) {
  const { base, draft: text, set, isBehind, both, follow, reset, send } = useBased(loop.version, loop, textsOfLoop);
  const [asking, ask] = useState(false);
  const replays = useReplay(loop.id);
  const { config, issues: own } = useMemo(() => readConfig(text), [text]);
  const diff = config ? configDifference(base.config, config) : [];
  const hint = may && config ? nominalHint(base.config, config, unitLabel(loop.unit), unitLabel(loop.knobUnit)) : null;
  const key = `${loop.version} ${JSON.stringify(text)}`;
  const judge = useJudgement(loop.id, key, may && diff.length > 0 ? config : null);
  const { judged } = judge;
  const issues = { ...served(judge), ...own };
  const tried = replays.of(key);
  const verb = judged?.judgement.verdict === 'second_person' ? 'Propose' : 'Activate';
  const waits = waitsFor({
    may,
    behind: isBehind ? loop.version : null,
    hasConfig: config !== null,
    differs: diff.length > 0,
    isRefused: judged?.judgement.verdict === 'refused',
  });
  const replay = (): void => {
    if (config) replays.run(key, config);
  };
  return (
    <Panel
      title="Try a change"
      note={
        may
          ? `beside version ${base.version}; nothing is changed until you activate it`
          : 'everyone may look, engineers may change it'
      }
    >
      {isBehind ? <BehindNotice version={loop.version} both={both.map(fieldLabel)} onFollow={follow} /> : null}
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (may && !replays.busy) replay();
        }}
      >
        <ConfigFields loop={base} text={text} issues={issues} may={may} onChange={set} />
        <p className="text-sm text-ink-2 mt-3 wrap-anywhere" aria-live="polite">
          {issuesWords(issues) ?? diff.map((x) => `${x.label} ${x.from} → ${x.to}`).join(', ')}
        </p>
        {hint ? (
          <p className="text-sm mt-1 flex flex-wrap items-center gap-2">
            <span className="text-ink-2">{hint.text}</span>
            <button type="button" className="btn" onClick={() => set({ ...text, xNominal: fieldText(hint.xNominal) })}>
              Move it along
            </button>
          </p>
        ) : null}
        <div className="flex items-center justify-end flex-wrap gap-2 mt-2">
          <button type="button" className="btn" disabled={diff.length === 0 && config !== null} onClick={reset}>
            Reset
          </button>
          <button
            type="submit"
            className="btn"
            disabled={!may || !config || replays.busy}
            title={
              diff.length === 0 ? `Replays the last observations with version ${base.version}, which is in force` : undefined
            }
          >
            {replays.busy ? 'Replaying…' : 'Replay last 200'}
          </button>
          <Gate waits={waits}>
            {(gated) => (
              <button
                type="button"
                className="btn btn-primary"
                {...gated}
                onClick={() => {
                  if (tried === null) replay();
                  ask(true);
                }}
              >
                {`${verb} version ${loop.version + 1}…`}
              </button>
            )}
          </Gate>
        </div>
      </form>
      {tried?.error ? <InlineError message={tried.error} /> : null}
      {judge.error !== null && judge.field === null ? <InlineError message={judge.error} /> : null}
      {judged && config && diff.length > 0 ? (
        <JudgedStability judged={judged} lambda={config.lambda} label="Stability of the draft" />
      ) : null}
      {tried?.replay ? <ReplayTable replay={tried.replay} loop={loop} hasDraft={diff.length > 0} /> : null}
      <ActivateDialog
        open={asking}
        onClose={() => ask(false)}
        onSend={(reason) => send(() => saveLoop(loop.id, base.version, config, reason), says(config))}
        words={`${verb} version ${loop.version + 1}`}
        diff={diff}
        tried={tried}
        judge={judge}
        blocked={waits}
      />
    </Panel>
  );
}

/** What the service refuses in the draft, by the field that it names. */
function served({ judged, error, field }: JudgeAnswer): Record<string, string> {
  const outside = judged?.outside ?? null;
  if (outside !== null) return { [outside.field]: `${capital(outside.text)}; ${outside.remedy}.` };
  return error !== null && field !== null ? { [field]: error } : {};
}
