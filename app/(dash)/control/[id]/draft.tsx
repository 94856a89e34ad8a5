'use client';
import { useMemo, useState } from 'react';
import type { LoopReplay } from '@/lib/services/views/control-replay';
import type { LoopHead } from '@/lib/services/views/control-shared';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { InlineError, Panel } from '@/lib/ui/components/panel';
import { ComparisonTable } from '@/lib/ui/control/comparison-table';
import { type ConfigTexts, configDifference, textsOf } from '@/lib/ui/control/config-diff';
import { issuesWords, readConfig } from '@/lib/ui/control/config-form';
import { VERDICT_WORDS } from '@/lib/ui/control/stability-facts';
import { capital, num, plural } from '@/lib/ui/format';
import { saveLoop } from '../actions';
import { ConfigFields } from './config-fields';
import { JudgedStability } from './judged-stability';
import { ReplayTable } from './replay-table';
import { type JudgeAnswer, useJudgement } from './use-judgement';
import { type ReplayAnswer, useReplay } from './use-replay';

/** A draft beside the version in force: difference, stability, replay on what was observed, then activation with a reason, or a proposal. */
export function DraftPanel({ loop, may }: { loop: LoopHead; may: boolean }) {
  const [text, setText] = useState<ConfigTexts>(() => textsOf(loop.config));
  const [asking, ask] = useState(false);
  const replays = useReplay(loop.id);
  const { config, issues: own } = useMemo(() => readConfig(text), [text]);
  const diff = config ? configDifference(loop.config, config) : [];
  const key = `${loop.version} ${JSON.stringify(text)}`;
  const judge = useJudgement(loop.id, key, may && diff.length > 0 ? config : null);
  const { judged } = judge;
  const verdict = judged?.judgement.verdict;
  const issues = { ...served(judge), ...own };
  const tried = replays.of(key);
  const words = `${verdict === 'second_person' ? 'Propose' : 'Activate'} version ${loop.version + 1}`;
  const replay = (): void => {
    if (config) replays.run(key, config);
  };
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
          if (may && !replays.busy) replay();
        }}
      >
        <ConfigFields loop={loop} text={text} issues={issues} may={may} onChange={setText} />
        <div className="flex items-center gap-2 mt-3">
          <span className="text-sm text-ink-2 min-w-0 truncate" aria-live="polite">
            {issuesWords(issues) ??
              (diff.length === 0 ? 'No difference yet.' : diff.map((x) => `${x.label} ${x.from} → ${x.to}`).join(', '))}
          </span>
          <span className="ml-auto flex gap-2">
            <button
              type="button"
              className="btn"
              disabled={diff.length === 0 && config !== null}
              onClick={() => setText(textsOf(loop.config))}
            >
              Reset
            </button>
            <button
              type="submit"
              className="btn"
              disabled={!may || !config || replays.busy}
              title={
                may
                  ? diff.length === 0
                    ? `Decides the last observations again with version ${loop.version}, which is in force`
                    : undefined
                  : 'Needs the role engineer'
              }
            >
              {replays.busy ? 'Replaying…' : 'Replay last 200'}
            </button>
            <button
              type="button"
              className="btn btn-primary"
              disabled={!may || !config || diff.length === 0 || verdict === 'refused'}
              title={may ? (verdict ? VERDICT_WORDS[verdict] : undefined) : 'Needs the role engineer'}
              onClick={() => {
                if (tried === null) replay();
                ask(true);
              }}
            >
              {`${words}…`}
            </button>
          </span>
        </div>
      </form>
      {tried?.error ? <InlineError message={tried.error} /> : null}
      {judge.error !== null && judge.field === null ? <InlineError message={judge.error} /> : null}
      {judged && config && diff.length > 0 ? (
        <JudgedStability judged={judged} lambda={config.lambda} label="Stability of the draft" />
      ) : null}
      {tried?.replay ? <ReplayTable replay={tried.replay} loop={loop} hasDraft={diff.length > 0} /> : null}
      <ReasonDialog
        open={asking}
        onClose={() => ask(false)}
        title={words}
        confirm={words}
        blocked={tried === null ? 'The draft is being replayed…' : null}
        onSubmit={async (reason) => saveLoop(loop.id, loop.version, config, reason)}
      >
        <ComparisonTable
          caption="What the draft changes"
          corner="Field"
          columns={[{ label: 'In force' }, { label: 'Draft' }]}
          rows={diff.map((x) => ({ name: x.label, cells: [x.from, x.to] }))}
          draft
        />
        <Replayed tried={tried} />
        {judged ? (
          <p className="mt-2 text-sm">
            {`Stability: ${VERDICT_WORDS[judged.judgement.verdict]}${judged.judgement.reasons.length > 0 ? `: ${judged.judgement.reasons.join('; ')}` : ''}.`}
          </p>
        ) : null}
      </ReasonDialog>
    </Panel>
  );
}

/** What the service refuses of the draft, beside the field that it names. */
function served({ judged, error, field }: JudgeAnswer): Record<string, string> {
  const outside = judged?.outside ?? null;
  if (outside !== null) return { [outside.field]: `${capital(outside.text)}; ${outside.remedy}.` };
  return error !== null && field !== null ? { [field]: error } : {};
}

/** The replay of a draft in one sentence, for a dialog. */
function Replayed({ tried }: { tried: ReplayAnswer | null }) {
  if (tried === null) return null;
  if (tried.replay === null)
    return <p className="mt-2 text-sm text-ink-2">{`It could not be replayed: ${tried.error ?? 'the replay gave nothing'}`}</p>;
  return <p className="mt-2 text-sm">{replayWords(tried.replay)}</p>;
}

const replayWords = ({ n, present, proposed }: LoopReplay): string =>
  `Replay on ${plural(n, 'observation')}: Ppk ${num(present.capability?.ppk, 2)} → ${num(proposed.capability?.ppk, 2)}, outside specification ${present.outsideSpecification} → ${proposed.outsideSpecification}, moves ${present.moves} → ${proposed.moves}.`;
