'use client';
import Link from 'next/link';
import { useState } from 'react';
import type { AlertView } from '@/lib/services/evidence/alert';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { ChoiceField } from '@/lib/ui/components/text-field';
import { plural, shortTime } from '@/lib/ui/format';
import { dispose } from '../actions';
import { decisionWord } from '../state-words';

type Lot = AlertView['life']['lots'][number];

export const DECISIONS = [
  { value: 'use_as_is', label: 'Use as is' },
  { value: 'rework', label: 'Rework' },
  { value: 'scrap', label: 'Scrap' },
  { value: 're_measure', label: 'Re-measure first' },
  { value: 'hold', label: 'Hold the lot' },
];

const BY: Readonly<Record<string, string>> = {
  signal: 'in a signal',
  since: 'since the last good lot',
  unmeasured: 'ran since, not measured',
};

const wordsOf = (l: Lot): string => {
  const wafers = l.wafers.map((w) => `wafer ${w.slot}: ${decisionWord(w.decision)}`);
  return [l.decision === null ? '' : decisionWord(l.decision.decision), ...wafers].filter((t) => t !== '').join('; ');
};

/** What happens to each lot that the alert affects, and to single wafers of it. */
export function LotsPanel({ data, canAct }: { data: AlertView; canAct: boolean }) {
  const { alert, life } = data;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asked, ask] = useState<{ wafers: { lot: string; slot: number }[]; lot: Lot | null } | null>(null);
  const open = life.lots.filter((l) => l.by !== null && l.decision === null);
  const toggle = (lot: string): void => {
    const next = new Set(chosen);
    if (!next.delete(lot)) next.add(lot);
    setChosen(next);
  };
  const columns: Column<Lot>[] = [
    {
      key: 'lot',
      header: 'Lot',
      value: (l) => l.lot,
      cell: (l) => (
        <span className="inline-flex items-center gap-2">
          {canAct ? (
            <input
              type="checkbox"
              aria-label={`Choose lot ${l.lot}`}
              checked={chosen.has(l.lot)}
              onChange={() => toggle(l.lot)}
            />
          ) : null}
          {l.lot}
          {l.onHold ? <StatusMark status="out" text="on hold" /> : null}
        </span>
      ),
    },
    { key: 'by', header: 'Affected', value: (l) => (l.by === null ? 'decided by hand' : (BY[l.by] ?? l.by)) },
    { key: 'wafers', header: 'Wafers', value: (l) => l.slots.join(', ') },
    {
      key: 'decision',
      header: 'Disposition',
      value: wordsOf,
      cell: (l) =>
        l.decision === null && l.wafers.length === 0 ? (
          <StatusMark status="warn" text="open" />
        ) : (
          <span title={[l.decision, ...l.wafers].map((d) => d?.reason ?? '').join('; ')}>
            {l.decision === null ? <StatusMark status="warn" text="lot open; " /> : null}
            {wordsOf(l)}
          </span>
        ),
    },
    { key: 'who', header: 'By', value: (l) => (l.decision ?? l.wafers[0])?.author ?? '' },
    { key: 'reason', header: 'Reason', fileOnly: true, value: (l) => l.decision?.reason ?? '' },
    {
      key: 'when',
      header: 'When',
      time: (l) => (l.decision ?? l.wafers[0])?.atMs ?? null,
      cell: (l) => {
        const d = l.decision ?? l.wafers[0];
        return d === undefined ? '' : `${shortTime(d.atMs)}${l.earlier > 0 ? `, ${l.earlier} before` : ''}`;
      },
    },
    {
      key: 'do',
      header: '',
      cell: (l) =>
        canAct ? (
          <button
            type="button"
            className="link"
            aria-label={`Decide on ${l.lot}`}
            onClick={() => ask({ wafers: [{ lot: l.lot, slot: 0 }], lot: l })}
          >
            Decide…
          </button>
        ) : null,
    },
  ];
  return (
    <Panel
      title="Lots and dispositions"
      note={
        life.lots.length === 0
          ? null
          : `${plural(life.lots.length, 'lot')}${life.moreLots ? ', the first ones' : ''}, ${open.length === 0 ? 'all decided' : `${open.length} open`}`
      }
      flush
      actions={
        canAct && life.lots.length > 0 ? (
          <button
            type="button"
            className="btn h-7! text-sm!"
            disabled={chosen.size === 0 && open.length === 0}
            onClick={() =>
              ask({
                wafers: (chosen.size > 0 ? [...chosen] : open.map((l) => l.lot)).map((lot) => ({ lot, slot: 0 })),
                lot: null,
              })
            }
          >
            {chosen.size > 0 ? `Decide on ${chosen.size} chosen…` : `Decide on ${open.length} open…`}
          </button>
        ) : null
      }
    >
      <DataTable
        label="Lots and dispositions"
        rows={life.lots}
        columns={columns}
        rowKey={(l) => l.lot}
        rowHref={(l) => `/lots/${encodeURIComponent(l.lot)}`}
        empty="No lot is tied to this alert."
        maxHeight={300}
      />
      {asked === null ? null : (
        <DecideDialog
          alert={alert}
          wafers={asked.wafers}
          lot={asked.lot}
          onClose={() => {
            ask(null);
            setChosen(new Set());
          }}
        />
      )}
    </Panel>
  );
}

/** Decides about lots, or about one lot or wafer. */
export function DecideDialog({
  alert,
  wafers,
  lot,
  onClose,
}: {
  alert: AlertView['alert'];
  wafers: readonly { lot: string; slot: number }[];
  /** Of one lot a single wafer may be chosen. */
  lot: Lot | null;
  onClose: () => void;
}) {
  const [decision, setDecision] = useState('');
  const [slot, setSlot] = useState('0');
  const names = wafers.map((w) => w.lot);
  const slots = Array.from({ length: 25 }, (_, i) => i + 1);
  return (
    <ReasonDialog
      open
      onClose={onClose}
      title={`Decide on ${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`}
      confirm="Decide"
      blocked={decision === '' ? 'Choose what happens.' : null}
      onSubmit={(reason) =>
        dispose(
          alert.id,
          alert.version,
          wafers.map((w) => ({ ...w, slot: lot === null ? 0 : Number(slot) })),
          decision,
          reason,
        )
      }
    >
      <div className="grid grid-cols-2 gap-3">
        <ChoiceField
          label="Disposition"
          value={decision}
          onText={setDecision}
          options={[{ value: '', label: 'Choose…' }, ...DECISIONS]}
        />
        {lot === null ? null : (
          <ChoiceField
            label="Of"
            value={slot}
            onText={setSlot}
            options={[
              { value: '0', label: 'the whole lot' },
              ...slots.map((s) => ({ value: String(s), label: `wafer ${s}${lot.slots.includes(s) ? ', in a signal' : ''}` })),
            ]}
          />
        )}
      </div>
      {decision === 'hold' ? (
        <p className="text-sm text-ink-2 mt-1">This places a hold of the lot; releasing it is a step of its own.</p>
      ) : null}
      {lot !== null && (lot.decision !== null || lot.wafers.length > 0) ? (
        <p className="text-sm text-ink-2 mt-1">{`In force: ${wordsOf(lot)}. It stays in the history.`}</p>
      ) : null}
      <p className="text-sm text-ink-2 mt-1">
        {lot === null ? null : (
          <Link prefetch={false} className="link" href={`/lots/${encodeURIComponent(lot.lot)}`}>
            The page of the lot
          </Link>
        )}
      </p>
    </ReasonDialog>
  );
}
