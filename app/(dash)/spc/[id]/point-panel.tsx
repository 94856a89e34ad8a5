'use client';
import Link from 'next/link';
import { useEffect, useState } from 'react';
import type { SpcChartView } from '@/lib/services/spc/views/chart-model';
import type { PointContributions } from '@/lib/services/spc/views/contributions';
import type { WhyRed } from '@/lib/services/spc/views/violations';
import type { SiteMap } from '@/lib/services/wafers/views/site-maps';
import { isDispersionRule, isWithinRule, plottedUnit, ruleText } from '@/lib/spc';
import { limitText } from '@/lib/ui/charts/control-limits.prepare';
import { ruleHint, ruleName } from '@/lib/ui/charts/rules';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { EvidencePanel } from '@/lib/ui/components/evidence-panel';
import { InlineError, Skeleton } from '@/lib/ui/components/panel';
import { num, unitLabel } from '@/lib/ui/format';
import { recordHref, waferName } from '@/lib/ui/links';
import { sharedScale } from '@/lib/ui/maps/colour-scale';
import { ScaleBar } from '@/lib/ui/maps/scale-bar';
import { WaferThumb } from '@/lib/ui/maps/wafer-gallery';
import { Contributions } from '../../contributions-view';
import { fetchSiteMaps } from '../../evidence-actions';
import { setExcluded } from './actions';
import { pointDecimals, pointFacts, pointLinks } from './point-facts';
import { useChartPart } from './use-chart-part';

export interface PointPanelProps {
  data: SpcChartView;
  index: number;
  why: WhyRed | undefined;
  onClose: () => void;
  canExclude: boolean;
}

/** The selected point: its value, why it is red, and links to its wafer, run and alert. */
export function PointPanel({ data, index, why, onClose, canExclude }: PointPanelProps) {
  const [asking, ask] = useState(false);
  const p = data.points;
  const { chart } = data;
  const recordId = p.recordId[index]!;
  const excluded = p.excluded[index] ?? null;
  const fired = excluded === null ? (p.rules[index] ?? []) : [];
  const warnings = excluded === null ? (p.warnings[index] ?? []) : [];
  const d = pointDecimals(data, index);
  const href = recordHref(chart.characteristic, recordId);
  return (
    <EvidencePanel
      title={waferName(p.lot[index]!, p.slot[index] ?? 0)}
      onClose={onClose}
      facts={pointFacts(data, index)}
      links={pointLinks(data, index, href, why)}
    >
      {fired.length > 0 ? <Why data={data} why={why} fired={fired} d={d} /> : null}
      {warnings.length > 0 ? <Warned data={data} index={index} warnings={warnings} /> : null}
      {chart.variables === null ? null : <PointContributionsPart chartId={chart.id} record={recordId} />}
      {href?.startsWith('/wafers/') ? <MiniMap recordId={recordId} /> : null}
      {canExclude ? (
        <button type="button" className="btn h-6! text-sm! mt-3" onClick={() => ask(true)}>
          {excluded === null ? 'Exclude the point…' : 'Include the point again…'}
        </button>
      ) : null}
      <ReasonDialog
        open={asking}
        onClose={() => ask(false)}
        title={excluded === null ? 'Exclude the point' : 'Include the point again'}
        confirm={excluded === null ? 'Exclude' : 'Include it again'}
        onSubmit={(reason) => setExcluded(chart.id, recordId, excluded === null, reason)}
      >
        <p className="text-ink-2">
          {excluded === null
            ? 'It no longer counts for limits, rules and capability from here on; it stays on the chart as a hollow point with the reason.'
            : `It counts again for limits, rules and capability from here on. It was left out for: ${excluded}`}
        </p>
      </ReasonDialog>
    </EvidencePanel>
  );
}

/** The dispersion of the signalling point, for signals that were stored without it. */
const dispersionAt = (p: SpcChartView['points'], members: readonly string[]): number | null =>
  p.dispersion[p.recordId.indexOf(members.at(-1) ?? '')] ?? null;

/** The sigma that zones count in: of the plotted point, a third of the way to its limit; entered limits have thirds and no sigma. */
function sigmaText(v: WhyRed['violations'][number], isEntered: boolean, d: number, unit: string): string {
  if (isEntered || v.cl === null || (v.ucl === null && v.lcl === null)) return '';
  const third = (v.ucl === null ? v.cl - v.lcl! : v.ucl - v.cl) / 3;
  return `, σ of a plotted point ${num(third, d + 1)} ${unit}`;
}

function Why({ data, why, fired, d }: { data: SpcChartView; why: WhyRed | undefined; fired: readonly number[]; d: number }) {
  const { chart, points } = data;
  const unit = unitLabel(plottedUnit(chart.kind, chart.unit));
  return (
    <section className="mt-3 border-t border-hairline pt-2" aria-label="Why this point is red">
      <h3 className="mb-1">Why this point is red</h3>
      {fired.map((rule) => {
        const v = why?.violations.find((x) => x.rule === rule);
        const version = data.versions.find((x) => x.version === v?.version);
        const source = (isDispersionRule(rule) ? version?.dispSource : version?.limitsSource) ?? 'study';
        const limit = (y: number | null): string => limitText(y, source === 'given', d);
        const side = v?.side ? ` (${v.side})` : '';
        const names = (v?.members ?? []).map((id) => points.recordId.indexOf(id)).filter((i) => i >= 0);
        return (
          <div key={rule} className="text-sm mb-2">
            <p>
              {rule < 10 ? <b>{`${ruleName(rule)}: `}</b> : null}
              {`${ruleText(rule, source, chart.kind)}${side}.`}
            </p>
            {v ? (
              <p className="text-ink-2">
                {isDispersionRule(rule) || isWithinRule(rule)
                  ? `${isWithinRule(rule) ? 'Spread within' : 'Dispersion'} ${num(v.judged ?? dispersionAt(points, v.members), d)}, limits in force: LCL ${limit(v.lcl)}, UCL ${limit(v.ucl)} ${unit} (version ${v.version}).`
                  : `Limits in force: LCL ${limit(v.lcl)}, centre ${limit(v.cl)}, UCL ${limit(v.ucl)} ${unit}${sigmaText(v, source === 'given', d, unit)} (version ${v.version}${version ? `, ${version.author}: ${version.reason}` : ''}).`}
              </p>
            ) : null}
            {names.length > 1 ? (
              <p className="text-ink-2">
                {`Window of ${names.length}: `}
                {names.map((i) => `${waferName(points.lot[i]!, points.slot[i] ?? 0)} ${num(points.plotted[i], d)}`).join(', ')}
              </p>
            ) : null}
            <p className="text-ink-2">
              {ruleHint(rule, { characteristic: chart.characteristic, side: v?.side, kind: chart.kind })}
            </p>
          </div>
        );
      })}
    </section>
  );
}

/** What the variables of the point contribute, fetched with it. */
function PointContributionsPart({ chartId, record }: { chartId: string; record: string }) {
  const { value, isPending, failed } = useChartPart<PointContributions>(`/spc/${chartId}/contributions?record=${record}`);
  return (
    <section className="mt-3 border-t border-hairline pt-2" aria-label="Contributions" aria-busy={isPending}>
      <h3 className="mb-1">Contributions</h3>
      {failed ? (
        <InlineError message="The contributions could not be read. Select the point again." />
      ) : value === null || value.record !== record ? (
        <Skeleton height={160} />
      ) : (
        <Contributions data={value} />
      )}
    </section>
  );
}

/** Rules of severity "warning": the point is in control, and no alert was raised. */
function Warned({ data, index, warnings }: { data: SpcChartView; index: number; warnings: readonly number[] }) {
  const version = data.versions.find((v) => v.version === data.points.version[index]);
  return (
    <section className="mt-3 border-t border-hairline pt-2 text-sm" aria-label="Why this point carries a warning">
      <h3 className="mb-1">Why this point carries a warning</h3>
      {warnings.map((rule) => (
        <p
          key={rule}
        >{`${ruleText(rule, (isDispersionRule(rule) ? version?.dispSource : version?.limitsSource) ?? 'study', data.chart.kind)}.`}</p>
      ))}
      <p className="text-ink-2">A warning is no alarm: the point stays in control.</p>
    </section>
  );
}

function MiniMap({ recordId }: { recordId: string }) {
  const [map, setMap] = useState<SiteMap | null | undefined>(undefined);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let live = true;
    setFailed(false);
    fetchSiteMaps([recordId]).then(
      (list) => live && setMap(list[0] ?? null),
      () => live && setFailed(true),
    );
    return () => {
      live = false;
    };
  }, [recordId]);
  if (failed) return <InlineError message="The map could not be read. Select the point again." />;
  if (map === null) return null;
  return (
    <div className="mt-3 border-t border-hairline pt-2 min-h-[236px]">
      {map === undefined ? (
        <Skeleton height={220} />
      ) : (
        <Link prefetch={false} href={`/wafers/${map.id}`} className="block">
          <div className="flex justify-center">
            <WaferThumb
              input={{ ...map, u: map.u ?? undefined }}
              kind="contour"
              scale={sharedScale('viridis', [map.value])}
              size={176}
              label={waferName(map.lot, map.slot)}
            />
          </div>
          <ScaleBar scale={sharedScale('viridis', [map.value])} unit={unitLabel(map.unit)} width={240} />
        </Link>
      )}
      {map?.spectrumId && (
        <Link prefetch={false} href={`/spectra/${map.spectrumId}`} className="link text-sm">
          Spectra and their fit
        </Link>
      )}
    </div>
  );
}
