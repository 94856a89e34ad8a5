'use client';
import { characteristicWords } from '@/lib/characteristic';
import type { Preview, PreviewChart, PreviewState } from '@/lib/services/spc/templates/preview';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Facts } from '@/lib/ui/components/evidence-panel';
import { InlineError, Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { count, num, plural } from '@/lib/ui/format';

const WORDS: Readonly<Record<PreviewState, string>> = {
  new: 'new',
  follows: 'follows',
  'taken back': 'taken back',
  other: 'there already',
  retired: 'retired',
};

/** An expected number of alarms: three figures. */
export const alarms = (v: number): string => num(v, v >= 100 ? 0 : v >= 1 ? 1 : 3);

const COLUMNS: readonly Column<PreviewChart>[] = [
  {
    key: 'title',
    header: 'Chart',
    value: (r) => r.title,
    cell: (r) => (
      <span className="name" title={r.title}>
        {r.title}
      </span>
    ),
  },
  {
    key: 'state',
    header: 'State',
    value: (r) => WORDS[r.state],
    cell: (r) => (
      <StatusMark
        status={r.state === 'new' || r.state === 'taken back' ? 'ok' : 'idle'}
        text={`${WORDS[r.state]}${r.keepsLimits ? ', keeps its limits' : ''}${r.keepsRules ? ', keeps its rules' : ''}`}
      />
    ),
  },
  { key: 'what', header: 'Characteristic', value: (r) => characteristicWords(r.characteristic) },
  { key: 'points', header: 'Points', numeric: true, value: (r) => r.points, cell: (r) => count(r.points) },
  {
    key: 'alarms',
    header: 'False alarms',
    unit: '1/week',
    numeric: true,
    value: (r) => r.falseAlarms,
    cell: (r) => alarms(r.falseAlarms),
    title: 'Expected of a chart in control: points a week over the run length of its rules',
  },
];

export interface PreviewPanelProps {
  preview: Preview | null;
  error: string | null;
  busy: boolean;
  /** Whether points beyond the limits raise alerts. */
  alerting: boolean;
  onFile?: (() => void) | undefined;
}

/** What a template would make: the counts, the price, and the first charts. */
export function PreviewPanel({ preview: p, error, busy, alerting, onFile }: PreviewPanelProps) {
  const total = p === null ? 0 : Object.values(p.counts).reduce((a, b) => a + b, 0);
  return (
    <Panel
      title="Preview"
      note={busy ? 'working…' : p === null ? '' : `${plural(total, 'chart')}, points of the last ${num(p.days, 0)} days`}
      actions={
        p !== null && onFile ? (
          <button type="button" className="btn h-6! px-2! text-sm!" onClick={onFile}>
            CSV of all
          </button>
        ) : undefined
      }
    >
      <div aria-live="polite" aria-busy={busy}>
        {error !== null ? <InlineError message={error} /> : null}
        {p === null ? null : (
          <>
            <div className="grid grid-cols-2 gap-x-6">
              <Facts
                facts={[
                  ['New', count(p.counts.new)],
                  [
                    'Follow this template',
                    `${count(p.counts.follows)}${p.counts['taken back'] > 0 ? `, ${count(p.counts['taken back'])} taken back` : ''}`,
                  ],
                  ['There already, made otherwise', count(p.counts.other)],
                  p.counts.retired > 0 ? ['Retired by a person, stay so', count(p.counts.retired)] : null,
                ]}
              />
              <Facts
                facts={[
                  ['Points', count(p.points)],
                  [alerting ? 'Expected false alarms' : 'Expected false marks', `${alarms(p.falseAlarms)} a week, all charts`],
                  ['Would be retired', count(p.retiring.length)],
                  p.keepLimits + p.keepRules > 0
                    ? [
                        'Keep what engineers set',
                        `${plural(p.keepLimits, 'chart')} limits, ${plural(p.keepRules, 'chart')} rules`,
                      ]
                    : null,
                ]}
              />
            </div>
            {p.unseen.length > 0 ? (
              <p className="text-sm mt-1">{`Not seen yet where it takes its values, so that points would wait for them: ${p.unseen.slice(0, 5).join('; ')}${p.unseen.length > 5 ? `; and ${p.unseen.length - 5} more` : ''}`}</p>
            ) : null}
            {p.retiring.length > 0 ? (
              <p className="text-sm mt-1">{`No longer matched, and retired: ${p.retiring
                .slice(0, 5)
                .map((r) => r.title)
                .join('; ')}${p.retiring.length > 5 ? `; and ${p.retiring.length - 5} more` : ''}`}</p>
            ) : null}
            <div className="mt-2 -mx-3">
              <DataTable
                label="Charts of the preview"
                rows={p.charts}
                columns={COLUMNS}
                rowKey={(r) => r.id}
                {...(total > p.charts.length ? { total } : {})}
                empty="Nothing matches yet: no context like this was seen or is registered. The template makes its charts when the first value comes."
                maxHeight={420}
              />
            </div>
          </>
        )}
      </div>
    </Panel>
  );
}
