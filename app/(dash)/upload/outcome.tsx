'use client';
import Link from 'next/link';
import type { CsvResult } from '@/lib/services/ingest/upload';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { count, plural } from '@/lib/ui/format';
import { Faults } from './preview';
import { type Stored, storedLinks, storedWords } from './stored-links';

/** The outcome of the upload, with links to what is stored. */
export function Outcome({ result: r }: { result: CsvResult }) {
  const kept = r.accepted + r.repeated;
  const columns: Column<Stored>[] = [
    { key: 'lot', header: 'Lot', value: (s) => s.lot, cell: (s) => <Link href={storedLinks(s).lot}>{s.lot}</Link> },
    {
      key: 'what',
      header: 'Measured',
      value: (s) => `${s.operation} ${s.parameter}`,
      cell: (s) => <Link href={storedLinks(s).maps}>{`${s.operation} ${s.parameter}`}</Link>,
    },
    { key: 'wafers', header: 'Wafers', numeric: true, value: (s) => s.wafers },
    { key: 'waiting', header: 'Without a run', numeric: true, value: (s) => s.withoutRun },
    {
      key: 'first',
      header: 'First wafer',
      value: (s) => s.id,
      cell: (s) => <Link href={storedLinks(s).first}>Map and sites</Link>,
    },
    {
      key: 'charts',
      header: 'Charts',
      value: (s) => `${s.operation} ${s.product}`,
      cell: (s) =>
        s.withoutRun === s.wafers ? (
          'when the run is known'
        ) : (
          <Link href={storedLinks(s).charts}>{`${s.operation}, ${s.product}`}</Link>
        ),
    },
  ];
  return (
    <div className="mt-3" role="status">
      <StatusMark
        status={r.rejected + r.withheld === 0 ? 'ok' : kept > 0 ? 'warn' : 'out'}
        text={`${plural(r.accepted, 'wafer')} kept, ${count(r.repeated)} were there already, ${count(r.rejected)} refused${r.withheld > 0 ? `, ${count(r.withheld)} good ones withheld` : ''}`}
      />
      {r.stored.length > 0 ? (
        <>
          <p className="text-sm text-ink-2">{storedWords(r.stored)}</p>
          <DataTable
            label="What is stored"
            rows={r.stored}
            columns={columns}
            rowKey={(s) => s.id}
            total={r.stored.length}
            empty="Nothing is stored."
            maxHeight={240}
          />
        </>
      ) : null}
      {r.issues.length > 0 ? <Faults faults={r.issues} total={r.issueTotal} /> : null}
    </div>
  );
}
