'use client';
import { useState } from 'react';
import type { Duty } from '@/lib/services/rota/rota';
import type { OverrideView, RotaView as Rota, RotaPage } from '@/lib/services/rota/views/rotas';
import { localWords } from '@/lib/services/rota/zone';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { useAddress } from '@/lib/ui/components/filter-bar';
import { Panel } from '@/lib/ui/components/panel';
import { duration, shortTime } from '@/lib/ui/format';
import { takeBack } from '../actions';
import { OverrideDialog, RotaDialog } from './rota-dialogs';

const people = (list: readonly Duty[]): string =>
  list.map((d) => `${d.person ?? 'nobody'}${list.length > 1 ? ` (${d.shift})` : ''}`).join(', ');

const nextText = (r: Rota): string => {
  const [first] = r.next;
  return first === undefined ? '–' : `${first.person ?? 'nobody'} from ${localWords(r.spec.zone, first.from)}`;
};

const ROTA_COLUMNS: readonly Column<Rota>[] = [
  { key: 'name', header: 'Rota', value: (r) => r.name },
  { key: 'area', header: 'Area', value: (r) => (r.area === '*' ? 'all areas' : r.area) },
  { key: 'now', header: 'On call now', value: (r) => people(r.now) || 'nobody', cell: (r) => <b>{people(r.now) || 'nobody'}</b> },
  { key: 'next', header: 'Next', value: nextText },
  { key: 'shifts', header: 'Shifts', value: (r) => r.spec.shifts.map((s) => `${s.name} ${s.from}–${s.to}`).join(', ') },
  { key: 'zone', header: 'Time zone', value: (r) => r.spec.zone },
  {
    key: 'version',
    header: 'Version',
    value: (r) => r.version,
    cell: (r) => <span title={`${r.author}: ${r.reason}`}>{`v${r.version}`}</span>,
  },
];

/** All rotas; of the chosen one its coming two weeks and what replaces its plan. */
export function RotaView({ data, maySave, maySwap }: { data: RotaPage; maySave: boolean; maySwap: boolean }) {
  const address = useAddress();
  const [editing, edit] = useState<Rota | 'new' | null>(null);
  const [swapping, swap] = useState(false);
  const chosen = data.rotas.find((r) => r.name === data.chosen?.name);
  return (
    <div className="flex flex-col gap-3">
      <Panel
        title="Rotas"
        flush
        note="an escalation that meets an empty place tells the administrators"
        actions={
          maySave ? (
            <button type="button" className="btn h-7! text-sm!" onClick={() => edit('new')}>
              Add a rota…
            </button>
          ) : (
            'Changing them needs the engineer role.'
          )
        }
      >
        <DataTable
          label="Rotas"
          rows={data.rotas}
          columns={ROTA_COLUMNS}
          rowKey={(r) => r.name}
          rowHref={(r) => address.href({ rota: r.name })}
          selectedKey={chosen?.name ?? null}
          primary
          empty="No rota yet. Add one, then name it in a policy or a rule: whoever is on call is told."
        />
      </Panel>
      {chosen === undefined || data.chosen === null ? null : (
        <div className="grid grid-cols-1 min-[1700px]:grid-cols-2 gap-3 items-start">
          <Panel
            title={`${chosen.name}: the next two weeks`}
            note={`handovers by the clock in ${chosen.spec.zone}${data.chosen.usedBy.length === 0 ? '; nothing tells it yet' : `; told by ${data.chosen.usedBy.join(', ')}`}`}
            flush
            actions={
              <>
                {maySwap ? (
                  <button type="button" className="btn h-7! text-sm!" onClick={() => swap(true)}>
                    Swap or holiday…
                  </button>
                ) : null}
                {maySave ? (
                  <button type="button" className="btn h-7! text-sm!" onClick={() => edit(chosen)}>
                    Change…
                  </button>
                ) : null}
              </>
            }
          >
            <DutyTable duties={data.chosen.duties} zone={chosen.spec.zone} />
          </Panel>
          <Panel title="Swaps and holidays" flush note="that are not over; later ones go on from earlier ones">
            <OverrideTable rows={data.chosen.overrides} zone={chosen.spec.zone} may={maySwap} />
          </Panel>
        </div>
      )}
      {editing === null ? null : <RotaDialog data={data} rota={editing === 'new' ? null : editing} onClose={() => edit(null)} />}
      {swapping && chosen !== undefined ? (
        <OverrideDialog rota={chosen} people={data.people} onClose={() => swap(false)} />
      ) : null}
    </div>
  );
}

function DutyTable({ duties, zone }: { duties: readonly Duty[]; zone: string }) {
  const columns: Column<Duty>[] = [
    { key: 'shift', header: 'Shift', value: (d) => d.shift },
    {
      key: 'from',
      header: 'From',
      time: (d) => d.from,
      cell: (d) => <span title={`${shortTime(d.from)} UTC`}>{localWords(zone, d.from)}</span>,
    },
    {
      key: 'to',
      header: 'To',
      time: (d) => d.to,
      cell: (d) => <span title={`${shortTime(d.to)} UTC`}>{localWords(zone, d.to)}</span>,
    },
    {
      key: 'span',
      header: 'Lasts',
      numeric: true,
      fileUnit: 'h',
      value: (d) => (d.to - d.from) / 3_600_000,
      cell: (d) => duration(d.to - d.from),
    },
    { key: 'person', header: 'On call', value: (d) => d.person ?? 'nobody' },
    { key: 'planned', header: 'Instead of', value: (d) => (d.person === d.planned ? '' : d.planned) },
  ];
  return (
    <DataTable
      label="Coming duties"
      rows={duties}
      columns={columns}
      rowKey={(d) => `${d.shift} ${d.from}`}
      empty="Nobody is on call in the next two weeks: the first turn begins later."
      maxHeight={420}
    />
  );
}

function OverrideTable({ rows, zone, may }: { rows: readonly OverrideView[]; zone: string; may: boolean }) {
  const [gone, setGone] = useState<OverrideView | null>(null);
  const columns: Column<OverrideView>[] = [
    { key: 'from', header: 'From', time: (o) => o.fromMs, cell: (o) => localWords(zone, o.fromMs) },
    { key: 'to', header: 'To', time: (o) => o.toMs, cell: (o) => localWords(zone, o.toMs) },
    { key: 'shift', header: 'Shift', value: (o) => o.shift ?? 'every shift' },
    { key: 'who', header: 'On call', value: (o) => o.person ?? 'nobody' },
    { key: 'instead', header: 'Instead of', value: (o) => o.insteadOf ?? 'whoever it is' },
    {
      key: 'why',
      header: 'Reason',
      value: (o) => `${o.author}: ${o.reason}`,
      cell: (o) => <span className="block whitespace-normal">{`${o.author}: ${o.reason}`}</span>,
    },
  ];
  const act: Column<OverrideView> = {
    key: 'do',
    header: '',
    cell: (o) => (
      <button type="button" className="btn h-6! text-sm!" onClick={() => setGone(o)}>
        Take back…
      </button>
    ),
  };
  return (
    <>
      <DataTable
        label="Swaps and holidays"
        rows={rows}
        columns={may ? [...columns, act] : columns}
        rowKey={(o) => String(o.id)}
        empty="None: the rota goes by its plan."
        maxHeight={420}
      />
      {gone === null ? null : (
        <ReasonDialog
          open
          onClose={() => setGone(null)}
          title="Take back"
          confirm="Take it back"
          onSubmit={(reason) => takeBack(gone.id, reason)}
        >
          <p className="text-sm">{`The plan holds again from ${localWords(zone, gone.fromMs)} to ${localWords(zone, gone.toMs)}.`}</p>
        </ReasonDialog>
      )}
    </>
  );
}
