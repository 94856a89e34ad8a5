'use client';
import { useMemo } from 'react';
import type { RecipeView } from '@/lib/services/recipes/views/recipes';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Panel } from '@/lib/ui/components/panel';
import { plural } from '@/lib/ui/format';
import { Ago } from '@/lib/ui/hooks/now';
import { type RecipeChange, recipeDifference } from '@/lib/ui/recipes/recipe-diff';
import { KIND_WORDS } from '@/lib/ui/recipes/templates';

const WRAP = 'block whitespace-normal min-w-[16ch] wrap-anywhere';
/** Changes listed; any more are only counted. */
const SHOWN = 6;

interface Entry {
  version: number;
  change: string;
  author: string;
  reason: string;
  approval: RecipeView['versions'][number]['approval'];
  atMs: number;
  content: RecipeView['content'];
}

export function changeWords(changes: readonly RecipeChange[], most = SHOWN): string {
  const words = changes.slice(0, most).map((c) => `${c.label} ${c.from} → ${c.to}`);
  return [...words, ...(changes.length > most ? [`${changes.length - most} more`] : [])].join('; ');
}

/** Versions, newest first, with author, reason and changes; an older one can be opened as a draft. */
export function HistoryPanel({ d, may, onOpen }: { d: RecipeView; may: boolean; onOpen: (v: Entry) => void }) {
  const entries = useMemo(
    () =>
      d.versions.map((v, i): Entry => {
        const before = d.versions[i + 1];
        const { sample, parameters, channels } = v.content;
        const first = `${KIND_WORDS[sample.kind]}, ${plural(parameters.length, 'parameter')}, ${plural(channels.length, 'channel')}`;
        return { ...v, change: before ? changeWords(recipeDifference(before.content, v.content)) || 'nothing' : first };
      }),
    [d.versions],
  );
  const columns: Column<Entry>[] = [
    { key: 'version', header: 'Version', numeric: true, value: (e) => e.version },
    { key: 'change', header: 'Change', value: (e) => e.change, cell: (e) => <span className={WRAP}>{e.change}</span> },
    {
      key: 'author',
      header: 'By',
      value: (e) => e.author,
      cell: (e) => (
        <>
          {e.author}
          {e.approval ? <span className="block text-ink-2">{`approved by ${e.approval.by}`}</span> : null}
        </>
      ),
    },
    { key: 'approver', header: 'Approved by', fileOnly: true, value: (e) => e.approval?.by ?? '' },
    {
      key: 'reason',
      header: 'Reason',
      value: (e) => e.reason,
      cell: (e) => (
        <>
          <span className={WRAP}>{e.reason}</span>
          {e.approval?.reason ? <span className={`${WRAP} text-ink-2`}>{`Approval: ${e.approval.reason}`}</span> : null}
        </>
      ),
    },
    { key: 'approval', header: 'Reason of the approval', fileOnly: true, value: (e) => e.approval?.reason ?? '' },
    { key: 'at', header: 'When', numeric: true, time: (e) => e.atMs, cell: (e) => <Ago at={e.atMs} /> },
    {
      key: 'open',
      header: '',
      cell: (e) =>
        e.version === d.version ? (
          <span className="text-ink-2">in force</span>
        ) : (
          <button type="button" className="link" disabled={!may} onClick={() => onOpen(e)}>
            {`Open version ${e.version} as draft`}
          </button>
        ),
    },
  ];
  return (
    <Panel title="History" flush>
      <DataTable
        label={`History of ${d.name}`}
        rows={entries}
        columns={columns}
        rowKey={(e) => String(e.version)}
        empty="Not saved yet: the first version will stand here."
        maxHeight={320}
      />
    </Panel>
  );
}
