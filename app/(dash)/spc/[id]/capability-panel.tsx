import Link from 'next/link';
import { useMemo } from 'react';
import type { ChartVersionView, SpcChartView } from '@/lib/services/spc/views/chart-model';
import { inForceAt, valueUnit } from '@/lib/spc';
import { Histogram } from '@/lib/ui/charts/histogram';
import { Facts } from '@/lib/ui/components/evidence-panel';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { decimalsFor, num, shortDate, unitLabel } from '@/lib/ui/format';

/** The sigma behind limits, Cp and Cpk. */
const SIGMA: Readonly<Record<string, string>> = {
  overall: 'σ overall, baseline',
  given: 'σ within, as entered',
};
const sigmaName = (v: ChartVersionView | undefined): string => SIGMA[v?.sigmaMethod ?? ''] ?? 'σ within';

/** Histogram, and indices with their intervals and the sigma they are based on. */
export function CapabilityPanel({ data }: { data: SpcChartView }) {
  const c = data.capability;
  const v = inForceAt(data.versions, 'effectiveMs', data.toMs);
  const spec = data.specification;
  // histogram and indices use the one in force now, whatever the window
  const inForce = spec.spans.at(-1);
  const histogram = useMemo(
    () => ({
      label: data.chart.title,
      unit: unitLabel(valueUnit(data.chart.kind, data.chart.unit)),
      values: data.points.value.filter((_, i) => !data.points.excluded[i]),
      lsl: data.specification.lsl,
      usl: data.specification.usl,
      target: data.specification.target,
    }),
    [data],
  );
  const range = (i: { low: number; high: number } | null): string => (i ? ` (${num(i.low, 2)} to ${num(i.high, 2)})` : '');
  return (
    <Panel title="Capability" note={c ? `n ${c.n}, 95 % intervals` : null}>
      <Histogram input={histogram} />
      {c ? (
        <>
          {c.study.judgeable ? null : (
            <p className="text-sm my-1">
              <StatusMark wrap status="warn" text={`Not to be quoted: ${c.study.reasons.join('; ')}.`.replace(/\.\.$/, '.')} />
            </p>
          )}
          <Facts
            facts={[
              ['Cp', `${num(c.study.within.potential, 2)}${range(c.study.within.intervals.potential)}`],
              ['Cpk', `${num(c.study.within.actual, 2)}${range(c.study.within.intervals.actual)}`],
              ['Pp', `${num(c.study.overall.potential, 2)}${range(c.study.overall.intervals.potential)}`],
              ['Ppk', `${num(c.study.overall.actual, 2)}${range(c.study.overall.intervals.actual)}`],
              c.study.within.aboutTarget === null ? null : ['Cpm', num(c.study.within.aboutTarget, 2)],
              ['Stability index', num(c.study.stabilityIndex, 2)],
              ['Mean', `${num(c.mean, decimalsFor(c.sigmaOverall / 10))} ${unitLabel(data.chart.unit)}`],
              [sigmaName(v), `${num(v?.sigmaWithin, decimalsFor((v?.sigmaWithin ?? 1) / 10))} ${unitLabel(data.chart.unit)}`],
              ['σ overall, window', `${num(c.sigmaOverall, decimalsFor(c.sigmaOverall / 10))} ${unitLabel(data.chart.unit)}`],
            ]}
          />
          {data.capabilityNote === null ? null : <p className="text-sm text-ink-2 mt-2">{data.capabilityNote}</p>}
        </>
      ) : (
        <p className="text-sm text-ink-2 mt-2">{data.capabilityNote}</p>
      )}
      {spec.href === null ? null : (
        <p className="text-sm mt-2">
          <Link prefetch={false} href={spec.href} className="link">
            {inForce ? `Specification v${inForce.version}` : 'Specifications of the products'}
          </Link>
          {inForce && inForce.version > 1 ? ` of ${shortDate(inForce.fromMs)}, ${inForce.author}: ${inForce.reason}` : ''}
        </p>
      )}
    </Panel>
  );
}
