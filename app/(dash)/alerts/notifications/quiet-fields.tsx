'use client';
import type { QuietHours } from '@/lib/services/notify/quiet';
import { ChoiceField, TextField } from '@/lib/ui/components/text-field';
import { DAY_CHOICES, readDays } from './quiet-words';

const SEVERITIES = ['high', 'medium', 'low'] as const;

/** Hours as they are edited; null: none. */
export function QuietFields({
  value,
  zone,
  set,
}: {
  value: QuietHours | null;
  zone: string;
  set: (q: QuietHours | null) => void;
}) {
  if (value === null)
    return (
      <button
        type="button"
        className="btn h-7! text-sm!"
        onClick={() => set({ zone, windows: [{ days: [], from: '22:00', to: '06:00' }], pierce: ['high'] })}
      >
        Add quiet hours
      </button>
    );
  const windows = (list: QuietHours['windows']): void => set(list.length === 0 ? null : { ...value, windows: list });
  return (
    <div>
      {value.windows.map((w, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own, and are edited in place
        <div key={i} className="grid grid-cols-[1fr_90px_90px_auto] gap-2 items-end mb-1">
          <ChoiceField
            label="Days"
            value={w.days.join(',')}
            options={DAY_CHOICES}
            onText={(d) => windows(value.windows.map((x, k) => (k === i ? { ...x, days: readDays(d) } : x)))}
          />
          <TextField
            label="From"
            placeholder="06:30"
            value={w.from}
            onText={(from) => windows(value.windows.map((x, k) => (k === i ? { ...x, from } : x)))}
          />
          <TextField
            label="To"
            placeholder="06:30"
            value={w.to}
            onText={(to) => windows(value.windows.map((x, k) => (k === i ? { ...x, to } : x)))}
          />
          <button
            type="button"
            className="btn btn-quiet"
            aria-label={`Remove hours ${i + 1}`}
            onClick={() => windows(value.windows.filter((_, k) => k !== i))}
          >
            ✕
          </button>
        </div>
      ))}
      <div className="grid grid-cols-2 gap-2 items-end">
        <TextField label="Time zone" value={value.zone} onText={(z) => set({ ...value, zone: z })} autoComplete="off" />
        <button
          type="button"
          className="btn h-7! text-sm! justify-self-start"
          disabled={value.windows.length >= 14}
          onClick={() => windows([...value.windows, { days: [], from: '12:00', to: '13:00' }])}
        >
          More hours
        </button>
      </div>
      <Checks
        legend="Told at once all the same"
        of={SEVERITIES}
        chosen={value.pierce}
        set={(pierce) => set({ ...value, pierce: SEVERITIES.filter((s) => pierce.includes(s)) })}
      />
    </div>
  );
}

/** Several of a few words. */
export function Checks({
  legend,
  of,
  chosen,
  words = (v) => v,
  set,
}: {
  legend: string;
  of: readonly string[];
  chosen: readonly string[];
  words?: (value: string) => string;
  set: (chosen: string[]) => void;
}) {
  return (
    <fieldset className="mt-2">
      <legend className="label">{legend}</legend>
      {of.map((v) => (
        <label key={v} className="inline-flex items-center gap-1 mr-4">
          <input
            type="checkbox"
            checked={chosen.includes(v)}
            onChange={(e) => set(e.target.checked ? [...chosen, v] : chosen.filter((c) => c !== v))}
          />
          {words(v)}
        </label>
      ))}
    </fieldset>
  );
}
