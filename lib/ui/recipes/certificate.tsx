'use client';
import type { ConvergenceCertificate, MetrologyRecipe } from '@/lib/recipes';
import { Facts } from '../components/evidence-panel';
import { Panel } from '../components/panel';
import { StatusMark } from '../components/status-mark';
import { num } from '../format';
import { power } from './sweep.prepare';
import { SweepPlot } from './sweep-plot';

export interface CertificateProps {
  sample: MetrologyRecipe['sample'];
  certificate: ConvergenceCertificate | null;
  version: number;
  /** The draft differs in something the certificate depends on. */
  isOutdated: boolean;
}

/** How the number of harmonics was chosen, and the error that remains; nothing for models without harmonics. */
export function CertificatePanel({ sample, certificate: c, version, isOutdated }: CertificateProps) {
  if (sample.kind !== 'line-grating') return null;
  const made = version > 0 ? `of version ${version}` : 'made when saved';
  return (
    <Panel title="Convergence" note={isOutdated && version > 0 ? `${made}; made again when the draft is saved` : made}>
      {c === null ? (
        <p className="text-sm text-ink-2">
          {sample.truncation === null
            ? 'There is no certificate yet: the order sweep runs when the recipe is saved.'
            : `The recipe sets M = ${sample.truncation} itself, so there is no order sweep. Empty the field “Harmonics M” to let the sweep choose.`}
        </p>
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)] gap-4">
          <Facts
            facts={[
              ['Harmonics', `M = ${c.truncation}, ${2 * c.truncation + 1} in all`],
              ['Error estimate', power(c.errorEstimate)],
              ['Tolerance', power(c.tolerance)],
              ['Hardest angle', `${num(c.angleDeg, 1)}°${c.azimuthDeg ? `, azimuth ${num(c.azimuthDeg, 1)}°` : ''}`],
              ['Wavelengths', c.wavelengthNm.map((w) => num(w, 0)).join(', ')],
              ['Geometries', String(c.geometries)],
              [
                'State',
                <StatusMark key="s" status={c.isReached ? 'ok' : 'out'} text={c.isReached ? 'reached' : 'not reached'} />,
              ],
            ]}
          />
          <SweepPlot certificate={c} />
        </div>
      )}
    </Panel>
  );
}
