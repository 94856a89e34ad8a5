'use client';
import { useState } from 'react';
import type { AlertView } from '@/lib/services/evidence/alert';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { Panel } from '@/lib/ui/components/panel';
import { ChoiceField } from '@/lib/ui/components/text-field';
import { askAgain } from '../actions';
import { RequestList } from '../request-list';

const WITHIN = [
  { value: '60', label: '1 h' },
  { value: '240', label: '4 h' },
  { value: '480', label: '8 h' },
  { value: '1440', label: '1 d' },
  { value: '4320', label: '3 d' },
];

/** Measurements that are asked for again from the alert. */
export function RequestsPanel({ data, canAct }: { data: AlertView; canAct: boolean }) {
  const { alert, chart, life } = data;
  const [asking, ask] = useState(false);
  const mayAsk = canAct && chart?.chart.characteristic.startsWith('measurement') === true && life.lots.length > 0;
  return (
    <>
      <Panel
        title="Re-measurement"
        actions={
          mayAsk ? (
            <button type="button" className="btn h-7! text-sm!" onClick={() => ask(true)}>
              Re-measure…
            </button>
          ) : null
        }
        empty={
          life.requests.length === 0
            ? 'Nothing is asked for. Is the signal real? Ask for the wafer to be measured again.'
            : undefined
        }
      >
        <RequestList rows={life.requests} canAct={canAct} />
      </Panel>
      {asking && chart !== null ? (
        <AskDialog
          data={data}
          operation={chart.chart.operation}
          parameter={chart.chart.parameter}
          alert={alert.id}
          onClose={() => ask(false)}
        />
      ) : null}
    </>
  );
}

/** Asks for a wafer of the alert to be measured again. */
export function AskDialog({
  data,
  operation,
  parameter,
  alert,
  onClose,
}: {
  data: AlertView;
  operation: string;
  parameter: string;
  alert: string;
  onClose: () => void;
}) {
  const lots = data.life.lots.map((l) => l.lot);
  const [lot, setLot] = useState(data.alert.lot ?? lots[0]!);
  const [slot, setSlot] = useState(String(data.alert.slot ?? 0));
  const [within, setWithin] = useState('240');
  const slots = data.life.lots.find((l) => l.lot === lot)?.slots ?? [];
  return (
    <ReasonDialog
      open
      onClose={onClose}
      title={`Measure ${parameter} again`}
      confirm="Ask for it"
      onSubmit={(reason) => askAgain({ alert, lot, slot: Number(slot), operation, parameter, withinMin: Number(within), reason })}
    >
      <div className="grid grid-cols-3 gap-3">
        <ChoiceField
          label="Lot"
          value={lot}
          onText={setLot}
          options={[...new Set([lot, ...lots])].map((l) => ({ value: l, label: l }))}
        />
        <ChoiceField
          label="Wafer"
          value={slot}
          onText={setSlot}
          options={[
            { value: '0', label: 'any wafer' },
            ...Array.from({ length: 25 }, (_, i) => ({
              value: String(i + 1),
              label: `${i + 1}${slots.includes(i + 1) ? ', in a signal' : ''}`,
            })),
          ]}
        />
        <ChoiceField label="Within" value={within} onText={setWithin} options={WITHIN} />
      </div>
      <p className="text-sm text-ink-2 mt-1">
        {`At ${operation}. Stations see it over the API; the first measurement of the wafer that arrives fulfils it. One that is sent as a correction (revises) takes the place of the point.`}
      </p>
    </ReasonDialog>
  );
}
