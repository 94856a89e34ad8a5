'use client';
import Link from 'next/link';
import { mayAs, type RoleName } from '@/lib/services/actor';
import type { QueueRow, SystemView } from '@/lib/services/system/views/system';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { Sparkline } from '@/lib/ui/components/sparkline';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { bytes, count, duration, num, plural } from '@/lib/ui/format';
import { LiveRefresh } from '@/lib/ui/hooks/live';
import { Ago, useNow } from '@/lib/ui/hooks/now';
import { DeadLetters } from './dead-letters';

const STALE_WORKER_MS = 180_000;

/** State of the system: queues, rates, failures, workers, storage. */
export function SystemPageView({ data: d, role }: { data: SystemView; role: RoleName }) {
  const pending = d.queues.reduce((s, q) => s + q.ready + q.sent, 0);
  return (
    <>
      <LiveRefresh topics={['measurement', 'run', 'alert']} everyMs={10_000} />
      <PageHead
        title="System"
        sub={`${plural(pending, 'task')} waiting, ${plural(d.deadTotal, 'dead letter')}, database ${bytes(d.databaseBytes)}`}
      />
      <div className="flex flex-col gap-3">
        <Panel
          title="Queues and flow"
          asOf={d.toMs}
          note="rates of the last 60 minutes; each sparkline shows records per minute"
          flush
        >
          <DataTable
            label="Queues and flow"
            rows={d.queues}
            columns={QUEUE_COLUMNS}
            rowKey={(q) => q.queue}
            empty="No queue is defined."
          />
        </Panel>
        {mayAs(role, 'engineer') ? (
          <p>
            <Link href="/system/audit">Audit trail</Link>: who changed what, when and why.
          </p>
        ) : null}
        <DeadLetters rows={d.dead} total={d.deadTotal} may={mayAs(role, 'engineer')} />
        <div className="grid grid-cols-[minmax(0,1.25fr)_minmax(0,1fr)] gap-3 items-start">
          <div className="flex flex-col gap-3">
            <Workers d={d} />
            <Panel title="Ingested in the last 24 h" flush>
              <DataTable
                label="Ingested in the last 24 h"
                rows={d.ingest}
                columns={INGEST_COLUMNS}
                rowKey={(r) => r.kind}
                empty="Nothing was ingested in the last 24 hours. Senders post to /api/v1; the API page has a curl line for each kind."
              />
            </Panel>
            <Panel title="Code at work" note="digest of the sources of each stage, made by the build; results store theirs" flush>
              <DataTable
                label="Code at work"
                rows={d.code}
                columns={CODE_COLUMNS}
                rowKey={(c) => c.version}
                empty="No worker has started yet: each notes the versions of its stages."
                maxHeight={280}
              />
            </Panel>
          </div>
          <Panel title="Database" note={`${bytes(d.databaseBytes)} in all, with indexes and partitions`} flush>
            <DataTable
              label="Database tables"
              rows={d.tables}
              columns={TABLE_COLUMNS}
              rowKey={(t) => t.name}
              initialSort={{ key: 'bytes', dir: 'desc' }}
              empty="No table is larger than 64 kB yet."
              maxHeight={420}
            />
          </Panel>
        </div>
      </div>
    </>
  );
}

const QUEUE_COLUMNS: readonly Column<QueueRow>[] = [
  {
    key: 'queue',
    header: 'Queue',
    value: (q) => q.queue,
    cell: (q) => (
      <StatusMark
        status={q.dead > 0 ? 'out' : q.failed > 0 ? 'warn' : q.done > 0 || q.ready + q.sent > 0 ? 'ok' : 'idle'}
        text={q.queue}
      />
    ),
  },
  { key: 'ready', header: 'Ready', numeric: true, value: (q) => q.ready, cell: (q) => count(q.ready) },
  { key: 'sent', header: 'With workers', numeric: true, value: (q) => q.sent, cell: (q) => count(q.sent) },
  { key: 'dead', header: 'Dead', numeric: true, value: (q) => q.dead, cell: (q) => count(q.dead) },
  {
    key: 'lag',
    header: 'Lag',
    numeric: true,
    fileUnit: 'ms',
    value: (q) => q.lagMs,
    cell: (q) => (q.lagMs === null ? '–' : duration(q.lagMs)),
    title: 'Age of the oldest task that is not done',
  },
  {
    key: 'wait',
    header: 'Mean wait',
    numeric: true,
    fileUnit: 'ms',
    value: (q) => q.waitMs,
    cell: (q) => duration(q.waitMs),
    title: 'Time from request to start, last hour',
  },
  { key: 'done', header: 'Tasks', unit: '/h', numeric: true, value: (q) => q.done, cell: (q) => count(q.done) },
  { key: 'records', header: 'Records', unit: '/h', numeric: true, value: (q) => q.records, cell: (q) => count(q.records) },
  { key: 'failed', header: 'Failed', unit: '/h', numeric: true, value: (q) => q.failed, cell: (q) => count(q.failed) },
  {
    key: 'cost',
    header: 'A record',
    unit: 'ms',
    numeric: true,
    value: (q) => (q.records > 0 ? q.busyMs / q.records : null),
    cell: (q) => (q.records > 0 ? num(q.busyMs / q.records, 2) : '–'),
    title: 'Working time of all workers divided by records',
  },
  {
    key: 'spark',
    header: 'Records a minute',
    cell: (q) => <Sparkline label={`${q.queue}, records a minute`} values={q.perMinute} width={180} />,
  },
];

const INGEST_COLUMNS: readonly Column<SystemView['ingest'][number]>[] = [
  { key: 'kind', header: 'Kind', value: (r) => r.kind },
  { key: 'n', header: 'Records', numeric: true, value: (r) => r.n, cell: (r) => count(r.n) },
  { key: 'last', header: 'Newest', numeric: true, time: (r) => r.lastMs, cell: (r) => <Ago at={r.lastMs} /> },
];

const CODE_COLUMNS: readonly Column<SystemView['code'][number]>[] = [
  { key: 'stage', header: 'Stage', value: (c) => c.stage },
  { key: 'version', header: 'Version', value: (c) => c.version, cell: (c) => <code>{c.version}</code> },
  { key: 'first', header: 'First used', numeric: true, time: (c) => c.firstMs, cell: (c) => <Ago at={c.firstMs} /> },
  {
    key: 'last',
    header: 'Last started',
    numeric: true,
    time: (c) => c.lastMs,
    cell: (c) => <Ago at={c.lastMs} />,
    title: 'When a worker last started with it; the latest of a stage is the one that computes',
  },
];

const TABLE_COLUMNS: readonly Column<SystemView['tables'][number]>[] = [
  { key: 'name', header: 'Table', value: (t) => t.name },
  { key: 'bytes', header: 'Size', fileUnit: 'B', numeric: true, value: (t) => t.bytes, cell: (t) => bytes(t.bytes) },
  { key: 'rows', header: 'Rows, about', numeric: true, value: (t) => t.rows, cell: (t) => count(t.rows) },
  {
    key: 'partitions',
    header: 'Months',
    numeric: true,
    value: (t) => (t.partitions > 0 ? t.partitions : null),
    cell: (t) => (t.partitions > 0 ? count(t.partitions) : '–'),
    title: 'Partitions of a table that grows with time',
  },
];

function Workers({ d }: { d: SystemView }) {
  const now = useNow();
  const columns: Column<SystemView['workers'][number]>[] = [
    {
      key: 'process',
      header: 'Process',
      value: (w) => w.process,
      cell: (w) => <StatusMark status={now - w.lastMs < STALE_WORKER_MS ? 'ok' : 'idle'} text={w.process} />,
    },
    {
      key: 'stages',
      header: 'Stages',
      value: (w) => w.stages.join(', '),
      cell: (w) => <span className="block whitespace-normal">{w.stages.join(', ')}</span>,
    },
    { key: 'done', header: 'Tasks, 24 h', numeric: true, value: (w) => w.done, cell: (w) => count(w.done) },
    { key: 'failed', header: 'Failed', numeric: true, value: (w) => w.failed, cell: (w) => count(w.failed) },
    { key: 'last', header: 'Last work', numeric: true, time: (w) => w.lastMs, cell: (w) => <Ago at={w.lastMs} /> },
  ];
  return (
    <Panel title="Workers" note="by the work they did in the last 24 h; an idle worker is not seen" flush>
      <DataTable
        label="Workers"
        rows={d.workers}
        columns={columns}
        rowKey={(w) => w.process}
        empty="No worker has done anything in the last 24 hours. Start one with “npm run worker”, or more with docker compose --scale worker=N."
      />
    </Panel>
  );
}
