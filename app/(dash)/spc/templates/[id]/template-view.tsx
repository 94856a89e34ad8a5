'use client';
import Link from 'next/link';
import { useState } from 'react';
import type { Preview } from '@/lib/services/spc/templates/preview';
import type { ContextLists, FillProgress, TemplateView } from '@/lib/services/spc/views/templates';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { needsRole } from '@/lib/ui/components/gate';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { absoluteTime, count, plural, shortTime } from '@/lib/ui/format';
import { setTemplateRetired } from '../actions';
import { Editor } from '../editor';
import { draftOf } from '../editor-draft';

export interface TemplatePageProps {
  data: TemplateView;
  lists: ContextLists;
  may: boolean;
  stored: Preview | null;
}

/** A template: its editor with the preview, how far its charts are filled, its versions, and its end. */
export function TemplatePageView({ data, lists, may, stored }: TemplatePageProps) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <PageHead
        title={data.name}
        sub={`Chart template, version ${data.version}${data.retired ? ' · retired: its charts keep their points and take no more' : ''}`}
        actions={
          <>
            <Link className="btn" href={`/spc?template=${data.id}`}>
              Its charts
            </Link>
            {may ? (
              <button type="button" className="btn" onClick={() => setAsking(true)}>
                {data.retired ? 'Restore…' : 'Retire…'}
              </button>
            ) : (
              <span className="text-sm text-ink-2">{needsRole('engineer')}</span>
            )}
          </>
        }
      />
      {data.fills.length > 0 ? <Fills fills={data.fills} /> : null}
      <Editor
        key={data.version}
        template={data.id}
        version={data.version}
        first={draftOf(data.name, data.content)}
        lists={lists}
        may={may && !data.retired}
        stored={stored}
      />
      <Panel title="Versions" note="newest first" className="mt-3">
        <ol className="text-sm">
          {data.versions.map((v) => (
            <li key={v.version} className="py-1 border-t border-hairline">
              <b>{`v${v.version}`}</b>
              <span title={absoluteTime(v.atMs)}>{` ${shortTime(v.atMs)} UTC, `}</span>
              <span className="text-ink-2">{`${v.author}: ${v.reason}`}</span>
              {v.difference.length > 0 ? (
                <ul className="pl-6">
                  {v.difference.map((d) => (
                    <li key={d}>{d}</li>
                  ))}
                </ul>
              ) : null}
            </li>
          ))}
        </ol>
      </Panel>
      {asking ? (
        <ReasonDialog
          open
          onClose={() => setAsking(false)}
          title={data.retired ? `Restore ${data.name}` : `Retire ${data.name}`}
          confirm={data.retired ? 'Restore' : 'Retire'}
          onSubmit={(reason) => setTemplateRetired(data.id, data.version, !data.retired, reason)}
        >
          <p className="text-sm">
            {data.retired
              ? 'The charts that were retired with it are taken back, and fill with what they missed.'
              : 'Its charts are retired with it: they keep their points, take no more, and raise no alert. Both can be restored.'}
          </p>
        </ReasonDialog>
      ) : null}
    </>
  );
}

const SOURCE_WORDS: Readonly<Record<FillProgress['source'], string>> = {
  measurement: 'measurements',
  overlay: 'overlay',
  run: 'runs',
  count: 'counts',
  event: 'equipment events',
};

const fillText = (f: FillProgress): string => {
  const so = `${count(f.records)} records read, ${plural(f.points, 'point')}`;
  if (f.state === 'done') return `${plural(f.charts, 'chart')} filled: ${so}`;
  if (f.dead)
    return `Filling of ${plural(f.charts, 'chart')} stopped with an error: see the dead letters on the system page. ${so}`;
  return `Filling ${plural(f.charts, 'chart')} from ${SOURCE_WORDS[f.source]}${f.readToMs === null ? '' : `, up to ${shortTime(f.readToMs)} UTC`}: ${so}. No alerts meanwhile`;
};

/** How far history is. */
function Fills({ fills }: { fills: readonly FillProgress[] }) {
  return (
    <ul className="mb-3 flex flex-col gap-1 text-sm" aria-label="Filling from history" aria-live="polite">
      {fills.map((f) => (
        <li key={`${f.startedMs} ${f.charts}`}>
          <StatusMark wrap status={f.state === 'done' ? 'ok' : f.dead ? 'out' : 'warn'} text={fillText(f)} />
        </li>
      ))}
    </ul>
  );
}
