'use client';
import { useRef } from 'react';
import type { ConvergenceCertificate, MetrologyRecipe } from '@/lib/recipes';
import { linePath, plotBox, scaleX, scaleY } from '../charts/plot';
import { PlotAxes, X_TITLE } from '../charts/plot-axes';
import { Facts } from '../components/evidence-panel';
import { ExportMenu } from '../components/export-menu';
import { Panel } from '../components/panel';
import { StatusMark } from '../components/status-mark';
import { useSvgExport } from '../components/use-svg-export';
import { toCsv } from '../csv';
import { num } from '../format';
import { useWidth } from '../hooks/use-width';

const power = (v: number | null): string => (v === null ? '–' : v.toExponential(1).replace('-', '−'));

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
          <div>
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
            <table className="grid-table mt-2">
              <caption className="sr-only">Order sweep</caption>
              <thead>
                <tr>
                  <th scope="col" className="num">
                    M
                  </th>
                  <th scope="col" className="num">
                    Change
                  </th>
                  <th scope="col" className="num">
                    Error estimate
                  </th>
                </tr>
              </thead>
              <tbody>
                {c.sweep.map((r) => (
                  <tr key={r.truncation} className={r.truncation === c.truncation ? 'font-semibold' : ''}>
                    <td className="num">{r.truncation}</td>
                    <td className="num">{power(r.change)}</td>
                    <td className="num">{power(r.errorEstimate)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <SweepPlot c={c} />
        </div>
      )}
    </Panel>
  );
}

const HEIGHT = 210;

/** Change and error estimate over M, both axes logarithmic, with the tolerance. */
function SweepPlot({ c }: { c: ConvergenceCertificate }) {
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root, 320);
  const title = 'Order sweep';
  const exports = useSvgExport(root, title, () =>
    toCsv(
      ['M', 'change', 'error estimate'],
      c.sweep.map((r) => [r.truncation, r.change, r.errorEstimate]),
    ),
  );
  const lg = (v: number | null): number | null => (v !== null && v > 0 ? Math.log10(v) : null);
  const ys = c.sweep.flatMap((r) => [lg(r.change), lg(r.errorEstimate)]).filter((v): v is number => v !== null);
  const low = Math.floor(Math.min(...ys, Math.log10(c.tolerance)) - 0.2);
  const high = Math.ceil(Math.max(...ys, Math.log10(c.tolerance)) + 0.2);
  const ms = c.sweep.map((r) => Math.max(1, r.truncation));
  const box = plotBox(width, HEIGHT - X_TITLE, 10, 12);
  const sx = scaleX(box, [Math.log10(Math.min(...ms)) - 0.05, Math.log10(Math.max(...ms)) + 0.05]);
  const sy = scaleY(box, [low, high]);
  const path = (pick: (r: ConvergenceCertificate['sweep'][number]) => number | null): string =>
    linePath(
      c.sweep.map((r) => {
        const y = lg(pick(r));
        return { cx: sx(Math.log10(Math.max(1, r.truncation))), cy: y === null ? null : sy(y) };
      }),
    );
  const decades = Array.from({ length: high - low + 1 }, (_, i) => low + i).filter(
    (_, i, all) => i % Math.ceil(all.length / 6) === 0,
  );
  const tolerance = sy(Math.log10(c.tolerance));
  return (
    <div ref={root} className="min-w-0">
      <div className="flex items-center gap-3 text-sm text-ink-2">
        <span>— error estimate</span>
        <span>- - change</span>
        <span className="ml-auto">
          <ExportMenu items={exports} />
        </span>
      </div>
      <svg
        width={width}
        height={HEIGHT}
        data-export=""
        role="img"
        aria-label={`Order sweep: error estimate ${power(c.errorEstimate)} at M = ${c.truncation}, tolerance ${power(c.tolerance)}. The table beside it holds the values.`}
        className="block"
        fontSize={11}
        fill="var(--ink-3)"
      >
        <PlotAxes
          box={box}
          sx={sx}
          sy={sy}
          width={width}
          xTicks={c.sweep.map((r) => ({ value: Math.log10(Math.max(1, r.truncation)), label: String(r.truncation) }))}
          yTicks={decades.map((d) => ({ value: d, label: `1e${num(d, 0)}` }))}
          yTitle=""
          xTitle="M"
        />
        <line x1={box.left} x2={box.right} y1={tolerance} y2={tolerance} stroke="var(--warn)" strokeDasharray="8 3" />
        <text x={box.left + 6} y={tolerance - 4} fill="var(--ink-2)">
          tolerance
        </text>
        <path d={path((r) => r.change)} fill="none" stroke="var(--series)" strokeDasharray="5 3" strokeWidth={1.3} />
        <path d={path((r) => r.errorEstimate)} fill="none" stroke="var(--accent)" strokeWidth={1.6} />
        {c.sweep.map((r) =>
          lg(r.errorEstimate) === null ? null : (
            <circle
              key={r.truncation}
              cx={sx(Math.log10(Math.max(1, r.truncation)))}
              cy={sy(lg(r.errorEstimate)!)}
              r={r.truncation === c.truncation ? 4.5 : 2.5}
              fill="var(--accent)"
            />
          ),
        )}
      </svg>
    </div>
  );
}
