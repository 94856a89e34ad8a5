'use client';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { createContext, type ReactNode, useContext, useState, useTransition } from 'react';
import { characteristicWords } from '@/lib/characteristic';
import { rulesFor, SPLIT_FIELDS, type SplitField } from '@/lib/services/spc/templates/content';
import type { SingleChart } from '@/lib/services/spc/templates/single';
import { CHART_KINDS, type ChartKind, kindOf } from '@/lib/spc';
import { answer } from '@/lib/ui/answer';
import { Dialog } from '@/lib/ui/components/dialog';
import { InlineError } from '@/lib/ui/components/panel';
import { ChoiceField, TextField } from '@/lib/ui/components/text-field';
import { useToast } from '@/lib/ui/components/toast';
import { capital, count, num } from '@/lib/ui/format';
import { makeChart, previewSingle } from './spc/templates/actions';
import { alarms } from './spc/templates/preview-panel';
import { RuleChoice } from './spc/templates/rule-choice';
import { usePreview } from './spc/templates/use-preview';

/** Where a plotted value comes from; null: not known of it. */
export interface ChartPlace {
  readonly operation: string;
  readonly parameter: string;
  readonly tool: string | null;
  readonly chamber: string | null;
  readonly recipe: string | null;
  readonly product: string | null;
}

/** A value that a person asks to chart. */
interface AskedValue {
  readonly characteristic: string;
  readonly parameter: string;
}

const Asking = createContext<((v: AskedValue) => void) | null>(null);
const Parameter = createContext('');

export interface ChartThisProps {
  place: ChartPlace;
  /** The record that the values are of, for the reason: "wafer A1043.07". */
  from: string;
  /** Whether the signed-in person may make charts; without it no button is shown. */
  may: boolean;
  children: ReactNode;
}

/** Lets the values of a page be charted: a button beside a value opens the dialog with the place of the record filled in. */
export function ChartThis({ place, from, may, children }: ChartThisProps) {
  const [asked, setAsked] = useState<AskedValue | null>(null);
  return (
    <Asking value={may ? setAsked : null}>
      <Parameter value={place.parameter}>{children}</Parameter>
      {asked === null ? null : <ChartDialog asked={asked} place={place} from={from} onClose={() => setAsked(null)} />}
    </Asking>
  );
}

/** Opens the dialog for a value; null where the person may not, or the page does not offer it. */
export function useChartThis(): ((characteristic: string, parameter?: string) => void) | null {
  const ask = useContext(Asking);
  const own = useContext(Parameter);
  return ask === null ? null : (characteristic, parameter = own) => ask({ characteristic, parameter });
}

/** "Chart this" beside a value. */
export function ChartButton({ characteristic, parameter }: { characteristic: string; parameter?: string }) {
  const ask = useChartThis();
  if (ask === null) return null;
  const words = `Chart this: ${characteristicWords(characteristic)}`;
  return (
    <button
      type="button"
      className="no-print inline-flex size-6 items-center justify-center align-middle text-ink-3 hover:text-accent"
      aria-label={words}
      title={words}
      onClick={() => ask(characteristic, parameter)}
    >
      <svg aria-hidden="true" width="14" height="14" viewBox="0 0 14 14" fill="none" stroke="currentColor" strokeWidth="1.3">
        <path d="M1 3h12M1 11h12" strokeDasharray="2 1.5" />
        <path d="M1 8l3-2 3 3 3-4 3 1" />
      </svg>
    </button>
  );
}

/** Why a page shows no such button. */
export function ChartThisNote() {
  return useContext(Asking) === null ? (
    <p className="text-sm text-ink-3 mt-1">Charting a value needs the engineer role.</p>
  ) : null;
}

interface ChartDialogProps {
  asked: AskedValue;
  place: ChartPlace;
  from: string;
  onClose: () => void;
}

/** Several variables are chosen in a template. */
const KINDS_OF_ONE_VALUE = CHART_KINDS.filter((k) => kindOf(k).ofVariables !== true).map((value) => ({
  value,
  label: capital(kindOf(value).label),
}));

interface Draft {
  readonly fixed: readonly SplitField[];
  readonly kind: ChartKind;
  readonly rules: readonly number[];
  readonly preset: string;
  readonly setVersion: number | null;
  readonly alerting: boolean;
  readonly reason: string;
}

const chartOf = (asked: AskedValue, place: ChartPlace, d: Draft): SingleChart => ({
  characteristic: asked.characteristic,
  operation: place.operation,
  parameter: asked.parameter,
  ...Object.fromEntries(d.fixed.flatMap((f) => (place[f] === null ? [] : [[f, place[f]]]))),
  kind: d.kind,
  ...(d.setVersion === null ? { rules: [...d.rules] } : { rules: [], setVersion: d.setVersion }),
  preset: d.preset,
  alerting: d.alerting,
});

/** A lot that several chambers made has none, and a recipe divides only where somebody asks for it. */
const firstFixed = (asked: AskedValue, place: ChartPlace): SplitField[] => {
  const ofLot = /^(measurement\.lot$|overlay\.lot\.)/.test(asked.characteristic);
  return SPLIT_FIELDS.filter((f) => place[f] !== null && f !== 'recipe' && !(ofLot && f === 'chamber'));
};

/** One chart of a value: its context, widened by unticking; its kind and rules with their price; the chart that is there already, if it is. */
function ChartDialog({ asked, place, from, onClose }: ChartDialogProps) {
  const [d, setDraft] = useState<Draft>({
    fixed: firstFixed(asked, place),
    kind: 'individuals',
    rules: [1],
    preset: 'rule-1',
    setVersion: null,
    alerting: true,
    reason: `charted from ${from}`,
  });
  const chart = chartOf(asked, place, d);
  const live = usePreview(JSON.stringify(chart), () => previewSingle(chart));
  const [error, setError] = useState<string | null>(null);
  const [busy, start] = useTransition();
  const router = useRouter();
  const toast = useToast();
  const patch = (p: Partial<Draft>): void => setDraft({ ...d, ...p });
  const make = (): void =>
    start(async () => {
      let id: string | null = null;
      const r = await answer(async () => {
        const made = await makeChart(chart, d.reason);
        id = made.id;
        return made.result;
      });
      if (!r.ok || id === null) return setError(r.ok ? null : r.error);
      toast(r.message, 'done');
      router.push(`/spc/${id}`);
    });
  const preview = live.value?.preview ?? null;
  const existing = live.value?.existing ?? null;
  const waits = live.busy || live.value === null;
  return (
    <Dialog open onClose={onClose} title={`Chart ${asked.parameter} ${characteristicWords(asked.characteristic)}`} width={560}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(e) => {
          e.preventDefault();
          if (!waits && existing === null && !busy) make();
        }}
      >
        <PlaceChoice place={place} fixed={d.fixed} set={(fixed) => patch({ fixed })} />
        <ChoiceField
          label="Kind"
          value={d.kind}
          options={KINDS_OF_ONE_VALUE}
          onText={(v) => {
            const kind = CHART_KINDS.find((k) => k === v);
            if (kind) patch({ kind, rules: rulesFor(kind, d.rules) });
          }}
        />
        <RuleChoice kind={d.kind} chosen={d} arl={preview?.arl ?? null} set={patch} />
        <label className="flex gap-2 text-sm">
          <input type="checkbox" checked={d.alerting} onChange={(e) => patch({ alerting: e.target.checked })} />A rule that fires
          on a new point raises an alert
        </label>
        <div className="border-t border-hairline pt-2 text-sm min-h-14" aria-live="polite">
          {live.error === null ? null : <InlineError message={live.error} />}
          {live.value === null ? null : existing !== null ? (
            <p>
              {existing.retired ? 'This chart is there, retired: ' : 'This chart is there already: '}
              <Link className="link" href={`/spc/${existing.id}`}>
                {existing.title}
              </Link>
            </p>
          ) : (
            <>
              <p>{live.value.title}</p>
              <p className="text-ink-2">
                {`${count(preview!.points)} points of the last ${num(preview!.days, 0)} days; expected false alarms: ${alarms(preview!.falseAlarms)} a week. Points of the past raise no alert.`}
              </p>
            </>
          )}
        </div>
        <TextField label="Reason (kept in the audit trail)" value={d.reason} onText={(reason) => patch({ reason })} />
        {error === null ? null : <InlineError message={error} />}
        <div className="flex justify-end gap-2">
          <button type="button" className="btn" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="btn btn-primary" disabled={waits || existing !== null || busy}>
            {busy ? 'Working…' : 'Make the chart'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** The context of the chart: ticked is fixed, unticked is everything. */
function PlaceChoice({ place, fixed, set }: { place: ChartPlace; fixed: readonly SplitField[]; set: (f: SplitField[]) => void }) {
  const known = SPLIT_FIELDS.filter((f) => place[f] !== null);
  const toggle = (f: SplitField): void => {
    const next = known.filter((k) => (k === f ? !fixed.includes(k) : fixed.includes(k)));
    // A chamber without its tool is no place.
    set(next.includes('tool') ? next : next.filter((k) => k !== 'chamber'));
  };
  return (
    <fieldset>
      <legend className="label">{`Only values of (untick for all) · ${place.operation}`}</legend>
      <div className="flex flex-wrap gap-x-5">
        {known.map((f) => (
          <label key={f} className="flex gap-2 text-sm py-1">
            <input type="checkbox" checked={fixed.includes(f)} onChange={() => toggle(f)} />
            {`${f} ${place[f]}`}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
