'use client';
import type { LoopView } from '@/lib/services/control/views/loop';
import { EvidencePanel } from '@/lib/ui/components/evidence-panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { explainAdvice, knobDecimals } from '@/lib/ui/control/explain';
import { absoluteTime, decimalsFor, num, unitLabel, withU } from '@/lib/ui/format';
import { recordHref, waferName } from '@/lib/ui/links';

/** The observed wafer that was clicked: what the controller learned from it. */
export function OutputPanel({ d, row, onClose }: { d: LoopView; row: number; onClose: () => void }) {
  const { observations: o, loop } = d;
  const y = unitLabel(loop.unit);
  const u = o.u[row]!;
  const dy = Number.isNaN(u) ? decimalsFor(o.uDHat[row]!) : decimalsFor(u);
  const t = d.threads[o.thread[row]!]!;
  const record = recordHref(loop.characteristic, o.recordId[row]!);
  const run = o.runId[row];
  return (
    <EvidencePanel
      title={`Wafer ${waferName(o.lot[row]!, o.slot[row]!)}`}
      onClose={onClose}
      facts={[
        ['Run', absoluteTime(o.at[row]!)],
        ['Thread', `${t.tool} ${t.chamber}`],
        ['Output', `${withU(o.y[row]!, Number.isNaN(u) ? null : u, dy)} ${y}`],
        ['Without control', `${num(o.without[row]!, dy)} ${y}`],
        [
          loop.knob,
          `${num(o.xApplied[row]!, knobDecimals(loop.config.quantum, loop.config.xNominal))} ${unitLabel(loop.knobUnit)}`,
        ],
        ['Disturbance', `${num(o.disturbance[row]!, dy)} ${y}`],
        ['d̂ after it', `${withU(o.dHat[row]!, o.uDHat[row]!, dy)} ${y}`],
        ['Configuration', `version ${o.version[row]}`],
        ['Used', o.accepted[row] ? 'yes' : <StatusMark key="aside" status="warn" text="set aside as an outlier" />],
      ]}
      links={[
        ...(record ? [{ label: 'Measurement', href: record }] : []),
        ...(run ? [{ label: 'Run and traces', href: `/runs/${run}` }] : []),
      ]}
    />
  );
}

/** The advice that was clicked, explained by the configuration it was made with. */
export function MovePanel({ d, row, onClose }: { d: LoopView; row: number; onClose: () => void }) {
  const { advice: a, loop } = d;
  const e = a.explanation[row]!;
  const dk = knobDecimals(loop.config.quantum, loop.config.xNominal);
  const x = unitLabel(loop.knobUnit);
  const t = d.threads[a.thread[row]!]!;
  return (
    <EvidencePanel
      title={`Advice for ${a.lot[row]}`}
      onClose={onClose}
      facts={[
        ['Asked', absoluteTime(a.at[row]!)],
        ['Thread', `${t.tool} ${t.chamber}`],
        ['Handed out', `${num(a.setpoint[row]!, dk)} ${x}`],
        ['Advised', `${num(a.advised[row]!, dk)} ${x}`],
        ['Loop was', `${a.mode[row]}, version ${a.version[row]}`],
      ]}
      links={[{ label: 'Wafers of this lot', href: `/wafers?lot=${encodeURIComponent(a.lot[row]!)}` }]}
    >
      <ol className="text-sm text-ink-2 list-decimal pl-4 flex flex-col gap-1 mt-2">
        {explainAdvice({
          explanation: e,
          setpoint: a.advised[row]!,
          unit: loop.unit,
          knob: loop.knob,
          knobUnit: loop.knobUnit,
          quantum: loop.config.quantum,
          lastLot: e.lastLot,
          lastSlot: e.lastSlot,
        }).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
    </EvidencePanel>
  );
}
