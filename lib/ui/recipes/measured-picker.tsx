'use client';
import { useId } from 'react';
import { InlineError } from '../components/panel';
import { shortTime } from '../format';
import { waferName } from '../links';
import type { HeldSite } from './draft-curves';

export interface RecentSpectrum {
  spectrumId: string;
  lot: string;
  slot: number;
  station: string;
  measuredMs: number;
  accepted: number | null;
  sites: number;
}

/** The measured site that the draft is compared with, and how another one is chosen. */
export interface PickedSite {
  held: HeldSite | null;
  isLoading: boolean;
  error: string | null;
  choose: (spectrumId: string | null, site: number) => void;
}

export interface MeasuredPickerProps {
  recent: readonly RecentSpectrum[];
  picked: PickedSite;
  busy: boolean;
  /** Progress of the library of starts. */
  library: { readonly done: number; readonly total: number } | null;
  /** The measured site belongs to this kind of recipe. */
  isFitting: boolean;
  onFit: (site: HeldSite) => void;
  onStop: () => void;
}

function busyWords(library: MeasuredPickerProps['library']): string {
  const isComputing = library !== null && library.done < library.total;
  return isComputing ? `Library of starts: ${library.done} of ${library.total} spectra…` : 'Fitting in this browser…';
}

/** A recent wafer and one of its sites to compare the draft with. */
export function MeasuredPicker({ recent, picked, busy, library, isFitting, onFit, onStop }: MeasuredPickerProps) {
  const id = useId();
  const { held } = picked;
  const spectrum = recent.find((r) => r.spectrumId === held?.spectrumId);
  const sites = spectrum?.sites ?? 0;
  if (recent.length === 0)
    return (
      <p className="text-sm text-ink-2 mb-2">
        No spectra have been sent for this recipe yet, so there is nothing to compare it with.
      </p>
    );
  return (
    <div className="flex flex-wrap items-center gap-2 mb-2">
      <label htmlFor={id} className="text-sm text-ink-2">
        Measured
      </label>
      <select
        id={id}
        className="field h-7!"
        value={held?.spectrumId ?? ''}
        onChange={(e) => picked.choose(e.target.value === '' ? null : e.target.value, 0)}
      >
        <option value="">none, the model alone</option>
        {recent.map((r) => (
          <option key={r.spectrumId} value={r.spectrumId}>
            {`${waferName(r.lot, r.slot)}, ${shortTime(r.measuredMs)}, ${r.accepted === null ? 'not fitted' : `${r.accepted} of ${r.sites} accepted`}`}
          </option>
        ))}
      </select>
      {held && spectrum ? (
        <>
          <label className="text-sm text-ink-2 inline-flex items-center gap-1">
            site
            <select
              className="field h-7!"
              value={held.site}
              onChange={(e) => picked.choose(held.spectrumId, Number(e.target.value))}
            >
              {Array.from({ length: sites }, (_, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a site is its index
                <option key={i} value={i}>
                  {i + 1}
                </option>
              ))}
            </select>
            {`of ${sites}`}
          </label>
          {busy ? (
            <button type="button" className="btn h-7!" onClick={onStop}>
              Stop the fit
            </button>
          ) : (
            <button type="button" className="btn h-7!" disabled={!isFitting} onClick={() => onFit(held)}>
              Fit here
            </button>
          )}
          <span className="text-sm text-ink-3" aria-live="polite">
            {busy ? busyWords(library) : ''}
          </span>
        </>
      ) : null}
      {picked.isLoading ? <span className="text-sm text-ink-3">Fetching…</span> : null}
      {picked.error ? <InlineError message={picked.error} /> : null}
    </div>
  );
}
