'use client';
import Link from 'next/link';
import { useState } from 'react';
import { isSettled } from '@/lib/services/alerts/states';
import type { AlertRun, RunLine } from '@/lib/services/checklists/views/run';
import type { AlertView } from '@/lib/services/evidence/alert';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { absoluteTime } from '@/lib/ui/format';
import { Ago } from '@/lib/ui/hooks/now';
import { PresentStep } from './checklist-step';
import { Mark } from './step-mark';

const STATE: Readonly<Record<AlertRun['state'], { status: 'idle' | 'warn' | 'ok'; word: string }>> = {
  waiting: { status: 'idle', word: 'begins in a moment' },
  running: { status: 'warn', word: 'running' },
  finished: { status: 'ok', word: 'finished' },
};

/** The checklist of an alert as a flow from top to bottom: what was done, the present step, what lies ahead. */
export function ChecklistPanel({
  data,
  run,
  canAct,
  maySkip,
}: {
  data: AlertView;
  run: AlertRun;
  canAct: boolean;
  maySkip: boolean;
}) {
  const [all, showAll] = useState(false);
  const undone = run.lines.filter((l) => l.undone !== null).length;
  const settled = isSettled(data.alert.state);
  return (
    <Panel
      title="Checklist"
      note={
        <Link prefetch={false} className="link" href={`/alerts/checklists/${run.checklistId}?version=${run.version}`}>
          {`${run.name} v${run.version}`}
        </Link>
      }
      actions={
        <>
          {undone === 0 ? null : (
            <button type="button" className="btn btn-quiet h-7! text-sm!" aria-pressed={all} onClick={() => showAll(!all)}>
              {all ? 'Hide what was taken back' : `Show ${undone} taken back`}
            </button>
          )}
          {run.needed && run.state !== 'finished' && !settled ? <span>needed before it is closed</span> : null}
          <StatusMark
            status={STATE[run.state].status}
            text={settled && run.state !== 'finished' ? 'not finished' : STATE[run.state].word}
          />
        </>
      }
    >
      <ol aria-label="Steps of the checklist" className="flex flex-col">
        {run.lines
          .filter((l) => all || l.undone === null)
          .map((l) => (
            <DoneStep key={l.id} line={l} />
          ))}
        {settled || run.state === 'finished' ? null : (
          <PresentStep key={run.present?.id ?? 'begin'} data={data} run={run} canAct={canAct} maySkip={maySkip} />
        )}
        {settled || run.ahead.length === 0 ? null : (
          <li className="flex gap-2 pt-1 text-sm text-ink-3">
            <Mark text="…" />
            <span className="min-w-0">{`may follow: ${run.ahead.map((s) => s.title).join(' · ')}`}</span>
          </li>
        )}
      </ol>
    </Panel>
  );
}

const MARKS: Readonly<Record<RunLine['kind'], string>> = {
  begun: '▸',
  data: '≡',
  done: '✓',
  answered: '✓',
  skipped: '»',
  back: '↶',
  finished: '■',
};

/** A step that was passed: what, the answer, who and when, and what data decided. */
function DoneStep({ line }: { line: RunLine }) {
  const gone = line.undone !== null;
  return (
    <li className="flex gap-2 pb-1 text-sm border-l-0">
      <Mark text={MARKS[line.kind]} />
      <div className="min-w-0 grow">
        <div className="flex gap-2 items-baseline">
          <span className={gone ? 'line-through text-ink-3' : ''}>{line.title}</span>
          <b>{line.kind === 'skipped' ? `skipped${line.answer === null ? '' : `: ${line.answer}`}` : line.answer}</b>
          {line.data === null ? null : <span className="text-ink-2 truncate min-w-0">{line.data.says}</span>}
          <span className="ml-auto text-ink-3 whitespace-nowrap" title={absoluteTime(line.atMs)}>
            {`${line.actor === 'Driftless' ? 'by data' : line.actor.split('@')[0]}, `}
            <Ago at={line.atMs} />
          </span>
        </div>
        {line.note ? <p className="text-ink-2">{line.note}</p> : null}
        {line.undone === null ? null : <p className="text-ink-2">{`Taken back by ${line.undone.by}: ${line.undone.reason}`}</p>}
        {line.data === null || line.data.data.length === 0 ? null : (
          <details>
            <summary className="text-ink-3">{`${line.data.question} The data that decided`}</summary>
            <table className="text-sm">
              <tbody>
                {line.data.data.map((d) => (
                  <tr key={`${d.what}${d.value}`}>
                    <th scope="row" className="text-left font-normal text-ink-2 pr-3">
                      {d.what}
                    </th>
                    <td>
                      {d.href === undefined ? (
                        d.value
                      ) : (
                        <Link prefetch={false} className="link" href={d.href}>
                          {d.value}
                        </Link>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        )}
      </div>
    </li>
  );
}
