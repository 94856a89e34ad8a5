'use client';
import type { ReactNode } from 'react';
import type { WaferView } from '@/lib/services/wafers/views/wafer';
import { Facts } from '@/lib/ui/components/evidence-panel';
import { Panel } from '@/lib/ui/components/panel';
import { ROW_HEAD } from '@/lib/ui/control/row-head';
import { decimalsFor, num, unitLabel, withU } from '@/lib/ui/format';
import { ChartButton, ChartThisNote } from '../../chart-this';

/** A value with the way to its chart. */
const charted = (characteristic: string, text: string): ReactNode => (
  <span key={characteristic} className="inline-flex items-center gap-1">
    {text}
    <ChartButton characteristic={characteristic} />
  </span>
);

/** Statistics of the sites, whole wafer and by zone. */
export function StatisticsPanel({ d }: { d: WaferView }) {
  const s = d.statistics;
  const unit = unitLabel(d.head.unit);
  const dec = decimalsFor(d.map.u ? Math.min(...d.map.u.filter((u) => u > 0)) : (s.sigma ?? s.range) / 30);
  const { uOf } = d.map;
  const missing = d.map.value.length - s.n;
  return (
    <Panel title="Statistics" note={unit}>
      <Facts
        facts={[
          ['Sites', missing > 0 ? `${s.n}, ${missing} not measured` : String(s.n)],
          ['Mean', charted('measurement.mean', withU(s.mean, uOf.mean, uOf.mean === null ? dec : undefined))],
          d.head.target === null ? null : ['Mean − target', num(s.mean - d.head.target, dec)],
          ['Sigma', charted('measurement.sd', withU(s.sigma, uOf.sd, uOf.sd === null ? dec : undefined))],
          ['Lowest', charted('measurement.min', num(s.min, dec))],
          ['Median', charted('measurement.median', num(s.median, dec))],
          ['Highest', charted('measurement.max', num(s.max, dec))],
          ['Range', charted('measurement.range', withU(s.range, uOf.range, uOf.range === null ? dec : undefined))],
          ['Non-uniformity 1σ', charted('measurement.nonuniformity', `${num(s.nonUniformity.sigma, 2)} %`)],
          ['(max − min) / 2 mean', charted('measurement.halfrange', `${num(s.nonUniformity.halfRange, 2)} %`)],
          d.map.spectrumId ? ['Fit χ²/ν of its spectra', charted('fit.chi2', '')] : null,
        ]}
      />
      {d.zernike && d.zernike.zones.length > 0 ? (
        <table className="grid-table mt-2">
          <caption className="sr-only">Statistics by zone</caption>
          <thead>
            <tr>
              <th scope="col">Zone</th>
              <th scope="col" className="num">
                to mm
              </th>
              <th scope="col" className="num">
                n
              </th>
              <th scope="col" className="num">
                Mean
              </th>
              <th scope="col" className="num">
                Sigma
              </th>
            </tr>
          </thead>
          <tbody>
            {d.zernike.zones.map((z) => (
              <tr key={z.name}>
                <th scope="row" className={ROW_HEAD}>
                  {z.name}
                </th>
                <td className="num">{num(z.toMm, 0)}</td>
                <td className="num">{z.n}</td>
                <td className="num">{z.n === 0 ? '–' : charted(`zone.${z.name}`, num(z.mean, dec))}</td>
                <td className="num">{num(z.sigma, dec)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {d.zernike && d.zernike.zones.length > 0 ? (
        <p className="text-sm text-ink-2 mt-1">
          {charted('zone.edge-centre', 'Edge − centre')} {charted('measurement.lot', 'Lot mean')}
        </p>
      ) : null}
      <ChartThisNote />
    </Panel>
  );
}
