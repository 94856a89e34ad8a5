'use client';
import { useState } from 'react';
import { targetWords } from '@/lib/services/alerts/escalation';
import type { PoliciesView, PolicyView } from '@/lib/services/alerts/views/policies';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { useAddress } from '@/lib/ui/components/filter-bar';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { duration, shortDate } from '@/lib/ui/format';
import { PolicyDialog } from './policy-dialog';

const MIN = 60_000;
export const areaWord = (area: string): string => (area === '*' ? 'all areas' : area);

/** "30 min unacknowledged → every engineer". */
export const stepWords = (s: PolicyView['steps'][number]): string =>
  `${duration(s.afterMin * MIN)} ${s.while} → ${s.to.map(targetWords).join(', ')}`;

const COLUMNS: readonly Column<PolicyView>[] = [
  { key: 'area', header: 'Area', value: (p) => areaWord(p.area) },
  { key: 'severity', header: 'Severity', value: (p) => p.severity },
  {
    key: 'due',
    header: 'Due within',
    numeric: true,
    fileUnit: 'min',
    value: (p) => p.dueMin,
    cell: (p) => (p.active ? duration(p.dueMin * MIN) : <StatusMark status="idle" text="follows all areas" />),
  },
  {
    key: 'steps',
    header: 'Escalation',
    value: (p) => p.steps.map(stepWords).join('; '),
    cell: (p) => <span className="block whitespace-normal">{p.active ? p.steps.map(stepWords).join('; ') || 'none' : ''}</span>,
  },
  {
    key: 'snooze',
    header: 'Snooze at most',
    numeric: true,
    fileUnit: 'min',
    value: (p) => p.snoozeMaxMin,
    cell: (p) => (p.snoozeMaxMin === 0 ? 'not allowed' : duration(p.snoozeMaxMin * MIN)),
  },
  {
    key: 'check',
    header: 'Verified by',
    numeric: true,
    fileUnit: 'points',
    value: (p) => p.checkPoints,
    cell: (p) => (p.checkPoints === 0 ? 'nothing' : `${p.checkPoints} points`),
  },
  { key: 'hold', header: 'Holds by itself', value: (p) => (p.holdScope === 'none' ? 'nothing' : `the ${p.holdScope}`) },
  {
    key: 'checklists',
    header: 'Checklists',
    numeric: true,
    value: (p) => p.checklists.length,
    cell: (p) => (p.checklists.length === 0 ? 'none' : `${p.checklists.length}${p.closeNeedsChecklist ? ', needed' : ''}`),
  },
  { key: 'version', header: 'Version', value: (p) => p.version, cell: (p) => `v${p.version}, ${shortDate(p.createdMs)}` },
];

/** The policies in force, and the versions of the chosen one. */
export function PoliciesPanel({ data, versions, may }: { data: PoliciesView; versions: readonly PolicyView[]; may: boolean }) {
  const address = useAddress();
  const [editing, edit] = useState<{ area: string; severity: string } | null>(null);
  const keyOf = (p: { area: string; severity: string }): string => `${p.area}|${p.severity}`;
  const chosen = versions[0];
  return (
    <>
      <Panel
        title="Policies"
        note="by area and severity; an area without its own follows that of all areas"
        flush
        actions={
          may ? (
            <button
              type="button"
              className="btn h-7! text-sm!"
              onClick={() => edit({ area: data.areas[0] ?? '*', severity: 'high' })}
            >
              Policy of an area…
            </button>
          ) : (
            'Changing them needs the engineer role.'
          )
        }
      >
        <DataTable
          label="Policies of alerts"
          rows={data.policies}
          columns={COLUMNS}
          rowKey={keyOf}
          rowHref={(p) => address.href({ area: p.area, severity: p.severity })}
          selectedKey={chosen ? keyOf(chosen) : null}
          primary
          empty="There is no policy."
        />
      </Panel>
      {chosen ? (
        <Panel
          title={`Policy of ${areaWord(chosen.area)}, severity ${chosen.severity}`}
          actions={
            may ? (
              <button
                type="button"
                className="btn h-7! text-sm!"
                onClick={() => edit({ area: chosen.area, severity: chosen.severity })}
              >
                Change…
              </button>
            ) : null
          }
        >
          <ol className="text-sm">
            {versions.map((v) => (
              <li key={v.version} className="py-1 border-t border-hairline">
                <b>{`v${v.version}`}</b>
                {v.active
                  ? ` due ${duration(v.dueMin * MIN)}; ${v.steps.map(stepWords).join('; ') || 'no escalation'}; verified by ${v.checkPoints} points; holds ${v.holdScope}`
                  : ' follows all areas'}
                <span className="text-ink-2">{` · ${v.author}, ${shortDate(v.createdMs)}: ${v.reason}`}</span>
              </li>
            ))}
          </ol>
        </Panel>
      ) : null}
      {editing === null ? null : <PolicyDialog data={data} start={editing} onClose={() => edit(null)} />}
    </>
  );
}
