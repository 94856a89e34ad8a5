'use client';
import type { LoopView } from '@/lib/services/control/views/loop';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Panel } from '@/lib/ui/components/panel';
import { configDifference } from '@/lib/ui/control/config-diff';
import { asEntered } from '@/lib/ui/format';
import { Ago } from '@/lib/ui/hooks/now';

const WRAP = 'block whitespace-normal min-w-[16ch] wrap-anywhere';

interface Entry {
  key: string;
  what: string;
  change: string;
  author: string;
  reason: string;
  atMs: number;
}

/** Versions and changes of state, newest first, with author and reason. */
export function HistoryPanel({ d }: { d: LoopView }) {
  const entries: Entry[] = [
    ...d.versions.map((v, i) => {
      const before = d.versions[i + 1];
      const diff = before ? configDifference(before.config, v.config) : [];
      return {
        key: `v${v.version}`,
        what: `version ${v.version}`,
        change: before
          ? diff.map((x) => `${x.label} ${x.from} → ${x.to}`).join(', ') || 'nothing'
          : `λ ${asEntered(v.config.lambda)}, gain ${asEntered(v.config.gain)}, nominal ${asEntered(v.config.xNominal)}, target ${asEntered(v.config.target)}`,
        author: v.author,
        reason: v.reason,
        atMs: v.createdMs,
      };
    }),
    ...d.proposals.flatMap((p) =>
      p.decidedMs === null
        ? []
        : [
            {
              key: `p${p.id}`,
              what: `proposal ${p.state}`,
              change:
                p.kind === 'close' ? 'close the loop' : `version ${p.baseVersion + 1}, proposed by ${p.author}: ${p.reason}`,
              author: p.decidedBy ?? '',
              reason: p.decisionReason ?? '',
              atMs: p.decidedMs,
            },
          ],
    ),
    ...d.stateChanges.map((s) => ({
      key: `s${s.atMs}`,
      what: `state ${s.to}`,
      change: '',
      author: s.actor,
      reason: s.reason ?? '',
      atMs: s.atMs,
    })),
  ].sort((a, b) => b.atMs - a.atMs);
  const columns: Column<Entry>[] = [
    { key: 'what', header: 'What', value: (e) => e.what },
    { key: 'change', header: 'Change', value: (e) => e.change, cell: (e) => <span className={WRAP}>{e.change}</span> },
    { key: 'author', header: 'By', value: (e) => e.author },
    { key: 'reason', header: 'Reason', value: (e) => e.reason, cell: (e) => <span className={WRAP}>{e.reason}</span> },
    { key: 'at', header: 'When', numeric: true, time: (e) => e.atMs, cell: (e) => <Ago at={e.atMs} /> },
  ];
  return (
    <Panel title="History" flush>
      <DataTable
        label={`History of ${d.loop.name}`}
        rows={entries}
        columns={columns}
        rowKey={(e) => e.key}
        empty="This loop has no version yet."
        maxHeight={280}
      />
    </Panel>
  );
}
