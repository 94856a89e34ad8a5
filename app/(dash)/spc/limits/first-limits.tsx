'use client';
import { useState } from 'react';
import type { UnconfirmedRow } from '@/lib/services/spc/limits/views/proposals';
import { limitDecimals } from '@/lib/ui/charts/control-limits.prepare';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { num, plural, unitLabel } from '@/lib/ui/format';
import { Ago } from '@/lib/ui/hooks/now';
import { confirmFirst } from './actions';

const COLUMNS: readonly Column<UnconfirmedRow>[] = [
  { key: 'title', header: 'Chart', value: (r) => r.title, cell: (r) => <span className="name">{r.title}</span> },
  { key: 'lcl', header: 'LCL', numeric: true, value: (r) => r.lcl, cell: (r) => num(r.lcl, limitDecimals(r, 30)) },
  { key: 'cl', header: 'CL', numeric: true, value: (r) => r.cl, cell: (r) => num(r.cl, limitDecimals(r, 30)) },
  { key: 'ucl', header: 'UCL', numeric: true, value: (r) => r.ucl, cell: (r) => num(r.ucl, limitDecimals(r, 30)) },
  { key: 'unit', header: 'Unit', value: (r) => unitLabel(r.unit) },
  { key: 'why', header: 'How', value: (r) => r.reason, cell: (r) => <span className="name">{r.reason}</span> },
  { key: 'since', header: 'Age', numeric: true, time: (r) => r.sinceMs, cell: (r) => <Ago at={r.sinceMs} /> },
];

/** Charts whose first limits nobody has looked at, and the button that says that somebody has. */
export function FirstLimits({ rows, may }: { rows: readonly UnconfirmedRow[]; may: boolean }) {
  const [asked, ask] = useState<readonly UnconfirmedRow[] | null>(null);
  return (
    <>
      <DataTable
        label="First limits to look at"
        rows={rows}
        columns={COLUMNS}
        rowKey={(r) => r.chartId}
        rowHref={(r) => `/spc/${r.chartId}`}
        maxHeight={320}
        exportable
        empty="Every chart's first limits have been looked at."
        footer={
          rows.length === 0 ? null : may ? (
            <button type="button" className="btn" onClick={() => ask(rows)}>
              {`Confirm ${plural(rows.length, 'chart')}…`}
            </button>
          ) : (
            <span className="text-sm text-ink-2">Confirming them needs the engineer role.</span>
          )
        }
      />
      {asked === null ? null : (
        <ReasonDialog
          open
          onClose={() => ask(null)}
          title={`First limits of ${plural(asked.length, 'chart')}`}
          confirm="Confirm"
          onSubmit={(reason) =>
            confirmFirst(
              asked.map((r) => r.chartId),
              reason,
            )
          }
        >
          <p className="text-sm">
            Their limits hold since their baselines were complete. Confirming says that somebody has looked at them; nothing else
            changes.
          </p>
        </ReasonDialog>
      )}
    </>
  );
}
