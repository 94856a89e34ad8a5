'use client';
import { MUELLER_ELEMENTS } from '@/lib/recipes';
import { muellerSymbol } from '../spectra/channel-curves';
import { useDraft } from './draft-context';
import { ChoiceField, GroupIssue, NumberField, TextField } from './fields';
import { ListEditor } from './list-editor';

const QUANTITIES: readonly (readonly [string, string])[] = [
  ['psi', 'Ψ, °'],
  ['delta', 'Δ, °'],
  ['n', 'N'],
  ['c', 'C'],
  ['s', 'S'],
  ['rs', 'Rs'],
  ['rp', 'Rp'],
  ['r', 'R, mean'],
  ...MUELLER_ELEMENTS.map((e) => [e, `${muellerSymbol(e)}, Mueller`] as const),
  ['intensity', 'X-ray intensity'],
];

const STARTS = [
  { value: 'values', label: 'at the values' },
  { value: 'library', label: 'nearest in a library' },
];

/** What the station records, which part is fitted and how, and when the result is refused. */
export function MeasureForm() {
  const { draft, set } = useDraft();
  const isXray = draft.sample.kind === 'xrr' || draft.sample.kind === 'saxs-lines';
  const hasAzimuth = draft.sample.kind === 'line-grating';
  const unit = draft.sample.kind === 'xrr' ? '1/Å' : draft.sample.kind === 'saxs-lines' ? 'qx, 1/nm' : 'nm';
  const options = QUANTITIES.filter(([q]) => (q === 'intensity') === isXray).map(([value, label]) => ({ value, label }));
  return (
    <div className="flex flex-col gap-3">
      <ListEditor
        path="channels"
        title="Channels"
        one="channel"
        least={1}
        make={() => ({
          name: `channel ${draft.channels.length + 1}`,
          quantity: isXray ? 'intensity' : 'psi',
          angleDeg: isXray ? 0 : (draft.channels[0]?.angleDeg ?? 70),
          ...(hasAzimuth ? { azimuthDeg: draft.channels[0]?.azimuthDeg ?? 0 } : {}),
          sigma: { absolute: isXray ? 1e-7 : 0.03, relative: isXray ? 0.03 : 0 },
        })}
      >
        {(p, i) => (
          <div className="grid grid-cols-6 gap-2">
            <div className="col-span-2">
              <TextField path={`${p}.name`} label="Name" help="As the station sends it" />
            </div>
            <div className="col-span-2">
              <ChoiceField
                path={`${p}.quantity`}
                label="Quantity"
                value={draft.channels[i]?.quantity ?? ''}
                options={options}
                onChange={(q) => set(`${p}.quantity`, q)}
              />
            </div>
            <div className="col-span-2">
              <NumberField path={`${p}.angleDeg`} label="Incidence" unit="°" />
            </div>
            {hasAzimuth ? (
              <div className="col-span-2">
                <NumberField
                  path={`${p}.azimuthDeg`}
                  label="Azimuth"
                  unit="°"
                  absent={0}
                  help="Plane of incidence against the grating vector: 0 is across the lines, 90 along them"
                />
              </div>
            ) : null}
            <div className={hasAzimuth ? 'col-span-2' : 'col-span-3'}>
              <NumberField
                path={`${p}.sigma.absolute`}
                label="σ absolute"
                help="Standard deviation where the station sends none of its own"
              />
            </div>
            <div className={hasAzimuth ? 'col-span-2' : 'col-span-3'}>
              <NumberField path={`${p}.sigma.relative`} label="σ relative" help="Share of the value, added in quadrature" />
            </div>
            <div className="col-span-6 empty:hidden">
              <GroupIssue path={`${p}.sigma`} />
            </div>
          </div>
        )}
      </ListEditor>
      <fieldset>
        <legend className="font-semibold py-1">Range, fit and acceptance</legend>
        <GroupIssue path="range" />
        <div className="grid grid-cols-3 gap-2">
          <NumberField path="range.from" label="From" unit={unit} />
          <NumberField path="range.to" label="To" unit={unit} />
          <NumberField path="accept.reducedChi2" label="Largest χ²/ν" help="A site above it is refused and not charted" />
          <ChoiceField
            path="fit.library"
            label="Fits start"
            value={draft.fit.library ? 'library' : 'values'}
            options={STARTS}
            help="A library of the recipe’s own spectra over the bounds finds wafers that are far from the start values"
            onChange={(v) => set('fit.library', v === 'library' ? { entries: 1000, seed: draft.fit.seed } : null)}
          />
          {draft.fit.library ? (
            <>
              <NumberField
                path="fit.library.entries"
                label="Library spectra"
                help="Computed once per version; a recipe whose model is costly gets fewer of them"
              />
              <NumberField path="fit.library.seed" label="Library seed" />
            </>
          ) : null}
          <NumberField path="fit.starts" label="Starts" help="1 is the start alone; more add points in the bounds" />
          <NumberField path="fit.maxIterations" label="Most iterations" />
          <NumberField path="fit.seed" label="Seed" help="Of the further starts: the same seed gives the same result" />
        </div>
      </fieldset>
    </div>
  );
}
