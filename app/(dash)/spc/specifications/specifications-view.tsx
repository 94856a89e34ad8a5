'use client';
import Link from 'next/link';
import { useState } from 'react';
import type { SpecificationRow, SpecificationVersionRow } from '@/lib/services/spc/views/specifications';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Facts } from '@/lib/ui/components/evidence-panel';
import { useAddress } from '@/lib/ui/components/filter-bar';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { asEntered, plural, shortDate, unitLabel } from '@/lib/ui/format';
import { EditDialog } from './edit-dialog';

export interface SpecificationsViewProps {
  rows: readonly SpecificationRow[];
  selected: SpecificationRow | null;
  versions: readonly SpecificationVersionRow[];
  may: boolean;
}

const keyOf = (r: SpecificationRow): string => `${r.product}|${r.operation}|${r.parameter}`;
/** Link to the list of exactly the charts that are counted. */
const chartsJudgedBy = (r: SpecificationRow): string =>
  `/spc?${new URLSearchParams({ operation: r.operation, product: r.product, parameter: r.parameter, specified: '1' })}`;
const since = (ms: number): string => (ms > 0 ? shortDate(ms) : 'start');
const COLUMNS: readonly Column<SpecificationRow>[] = [
  { key: 'parameter', header: 'Parameter', value: (r) => r.parameter },
  { key: 'operation', header: 'Operation', value: (r) => r.operation },
  { key: 'product', header: 'Product', value: (r) => r.product },
  { key: 'lsl', header: 'LSL', numeric: true, value: (r) => r.lsl, cell: (r) => asEntered(r.lsl, r.digits) },
  {
    key: 'target',
    header: 'Target',
    numeric: true,
    value: (r) => r.target,
    cell: (r) => asEntered(r.target, r.digits),
  },
  { key: 'usl', header: 'USL', numeric: true, value: (r) => r.usl, cell: (r) => asEntered(r.usl, r.digits) },
  { key: 'unit', header: 'Unit', value: (r) => unitLabel(r.unit) },
  {
    key: 'version',
    header: 'Version',
    value: (r) => r.version,
    cell: (r) => `v${r.version}, ${since(r.validFromMs)}`,
    title: 'And since when it holds',
  },
  { key: 'since', header: 'Since', time: (r) => r.validFromMs, fileOnly: true },
  {
    key: 'loops',
    header: 'Loops',
    fileHeader: 'Loops that aim elsewhere',
    value: (r) => r.otherTargets.length,
    cell: (r) =>
      r.otherTargets.length > 0 ? (
        <span className="block whitespace-normal">
          <StatusMark wrap status="warn" text="aims elsewhere" />
        </span>
      ) : (
        ''
      ),
    title: 'Loops of this context whose target is not that of the specification',
  },
];

/** All specifications; the selected one with its versions, the loops that aim elsewhere, and the way to change it. */
export function SpecificationsView({ rows, selected, versions, may }: SpecificationsViewProps) {
  const address = useAddress();
  const [editing, setEditing] = useState(false);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_320px] gap-3 items-start">
      <Panel title="Specifications" note={plural(rows.length, 'specification')} flush>
        <DataTable
          label="Specifications"
          rows={rows}
          columns={COLUMNS}
          rowKey={keyOf}
          rowHref={(r) => address.href({ spec: keyOf(r) })}
          selectedKey={selected ? keyOf(selected) : null}
          primary
          empty="No specification matches these filters. Clear one of them; specifications come with the fab's registration."
        />
      </Panel>
      {selected ? (
        <Panel title={`${selected.parameter} · ${selected.product}`} note={selected.operation}>
          <Facts
            facts={[
              ['LSL', `${asEntered(selected.lsl, selected.digits)} ${unitLabel(selected.unit)}`],
              ['Target', `${asEntered(selected.target, selected.digits)} ${unitLabel(selected.unit)}`],
              ['USL', `${asEntered(selected.usl, selected.digits)} ${unitLabel(selected.unit)}`],
              [
                'Judged by it',
                <Link key="c" prefetch={false} className="link" href={chartsJudgedBy(selected)}>
                  {plural(selected.charts, 'chart')}
                </Link>,
              ],
            ]}
          />
          {selected.otherTargets.map((l) => (
            <p key={l.id} className="text-sm mt-1">
              <StatusMark
                wrap
                status="warn"
                text={`Loop aims at ${asEntered(l.target, selected.digits)} ${unitLabel(selected.unit)}, not at ${asEntered(selected.target, selected.digits)}: `}
              />
              <Link prefetch={false} className="link" href={`/control/${l.id}`}>
                {l.name}
              </Link>
            </p>
          ))}
          {may ? (
            <button type="button" className="btn mt-3" onClick={() => setEditing(true)}>
              Change the specification…
            </button>
          ) : (
            <p className="text-sm text-ink-2 mt-3">Changing it needs the engineer role.</p>
          )}
          <h3 className="mt-4 mb-1">Versions</h3>
          <ol className="text-sm">
            {versions.map((v) => (
              <li key={v.version} className="py-1 border-t border-hairline">
                <b>{`v${v.version}`}</b>
                {` since ${since(v.validFromMs)}: ${asEntered(v.lsl, selected.digits)} / ${asEntered(v.target, selected.digits)} / ${asEntered(v.usl, selected.digits)}`}
                <span className="block text-ink-2">{`${v.author}: ${v.reason}`}</span>
              </li>
            ))}
          </ol>
          {editing ? <EditDialog row={selected} onClose={() => setEditing(false)} /> : null}
        </Panel>
      ) : (
        <div className="bg-surface border border-hairline rounded p-3 text-ink-2 text-sm">
          <h2 className="text-ink mb-1">No specification selected</h2>
          Select a row for its versions, the loops that aim elsewhere, and to change it.
        </div>
      )}
    </div>
  );
}
