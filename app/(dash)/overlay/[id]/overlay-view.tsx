'use client';
import Link from 'next/link';
import { useMemo, useRef, useState } from 'react';
import { stateWords } from '@/lib/services/alerts/states';
import type { OverlayView } from '@/lib/services/overlay/views/overlay';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { EvidencePanel, Facts } from '@/lib/ui/components/evidence-panel';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { POINT_STATE } from '@/lib/ui/components/point-mark';
import { StatusMark, severityStatus } from '@/lib/ui/components/status-mark';
import { absoluteTime, capital, decimalsFor, num, unitLabel } from '@/lib/ui/format';
import { useWidth } from '@/lib/ui/hooks/use-width';
import { waferName } from '@/lib/ui/links';
import { VectorMap } from '@/lib/ui/maps/vector-map';
import { sharedArrowScale } from '@/lib/ui/maps/vector-map.prepare';
import { markOf } from '../../alerts/state-words';
import { SummaryPanel, TermsPanel } from './tables';

/** One overlay measurement: raw, modelled and residual vectors on one arrow scale, the figures, the terms. */
export function OverlayPageView({ data: d }: { data: OverlayView }) {
  const { head } = d;
  return (
    <>
      <PageHead
        title={`${waferName(head.lot, head.slot)} · overlay ${head.layer} to ${head.referenceLayer}`}
        sub={`${head.operation}, ${head.product}${head.tool ? ` · ${head.tool} ${head.chamber ?? ''}` : ''} · measured ${absoluteTime(head.measuredMs)} on ${head.station}`}
      />
      {d.alerts.length > 0 ? (
        <ul className="mb-3 flex flex-col gap-1">
          {d.alerts.map((a) => (
            <li key={a.id}>
              <Link href={`/alerts/${a.id}`} className="hover:underline">
                <StatusMark
                  status={markOf(a.state, severityStatus(a.severity))}
                  text={`${stateWords(a.state)} alert: ${a.title}`}
                />
              </Link>
            </li>
          ))}
        </ul>
      ) : null}
      <div className="grid grid-cols-[minmax(0,1fr)_280px] gap-3 items-start">
        <div className="flex flex-col gap-3 min-w-0">
          <MapsPanel d={d} />
          <SummaryPanel d={d} />
          <TermsPanel d={d} />
          <PointsPanel d={d} />
        </div>
        <div className="flex flex-col gap-3">
          <Panel title="Model">
            <Facts
              facts={[
                ['Model', d.model.name],
                ['Values used', `${d.model.used} of ${2 * d.x.length}`],
                [
                  'Set aside',
                  d.model.rejected > 0 ? (
                    <StatusMark key="r" status="warn" text={`${d.model.rejected} beyond 5 sigma`} />
                  ) : (
                    'none'
                  ),
                ],
                ['Rank', `${d.model.rank} of ${d.terms.length}`],
                ['Condition number', num(d.model.condition, 1)],
                ['Residual sigma X', `${num(d.model.residualSigmaX, 2)} nm`],
                ['Residual sigma Y', `${num(d.model.residualSigmaY, 2)} nm`],
                ['Code', d.model.codeVersion ?? 'not stored yet'],
              ]}
            />
            {d.unfitted !== null ? (
              <p className="text-sm mt-2">
                <StatusMark status="warn" text={`no model of this wafer: ${d.unfitted}`} />
              </p>
            ) : null}
            {d.unidentifiable.length > 0 ? (
              <p className="text-sm mt-2">
                <StatusMark status="warn" text={`cannot be told apart with these marks: ${d.unidentifiable.join(', ')}`} />
              </p>
            ) : null}
          </Panel>
          <EvidencePanel
            title="Record"
            facts={[
              ['Key', head.key],
              ['Plan', `${head.plan}, ${d.x.length} marks in ${d.fields.length} fields`],
              ['Processed', head.processedMs === null ? 'no run found' : absoluteTime(head.processedMs)],
              ['Received', absoluteTime(head.receivedMs)],
            ]}
            links={[
              ...(head.runId ? [{ label: 'Run and traces', href: `/runs/${head.runId}` }] : []),
              { label: 'Other maps of the lot', href: `/wafers?lot=${encodeURIComponent(head.lot)}` },
            ]}
          />
          <Panel title="The lot" note={`${d.lot.length} measured`}>
            <ul className="flex flex-wrap gap-1">
              {d.lot.map((w) => (
                <li key={w.id}>
                  <Link
                    href={`/overlay/${w.id}`}
                    aria-current={w.id === head.id ? 'page' : undefined}
                    title={`slot ${w.slot}, chamber ${w.chamber ?? 'unknown'}`}
                    className={`inline-block w-7 text-center border rounded text-sm ${w.id === head.id ? 'border-accent bg-accent-wash' : 'border-hairline hover:bg-sunken'}`}
                  >
                    {w.slot}
                  </Link>
                </li>
              ))}
            </ul>
          </Panel>
        </div>
      </div>
    </>
  );
}

const GAP = 16;

function MapsPanel({ d }: { d: OverlayView }) {
  const [mark, setMark] = useState(-1);
  const root = useRef<HTMLDivElement>(null);
  const size = Math.max(220, Math.min(460, Math.floor((useWidth(root, 760) - 2 * GAP) / 3)));
  const name = waferName(d.head.lot, d.head.slot);
  const maps = useMemo(() => {
    const base = {
      x: d.x,
      y: d.y,
      radiusMm: d.radiusMm,
      fields: d.fields,
      fieldWidthMm: d.fieldWidthMm,
      fieldHeightMm: d.fieldHeightMm,
    };
    return {
      scale: sharedArrowScale([d.raw, d.modelled, d.residual], d.fieldWidthMm),
      raw: { ...base, ...d.raw },
      modelled: { ...base, ...d.modelled },
      residual: { ...base, ...d.residual },
    };
  }, [d]);
  return (
    <Panel
      title="Vectors"
      note={`one arrow scale: → ${num(maps.scale.legendNm, decimalsFor(maps.scale.legendNm))} nm; the five longest of each map stand out`}
    >
      <div ref={root} className="flex flex-wrap gap-x-4 gap-y-2">
        {(['raw', 'modelled', 'residual'] as const).map((what) => (
          <VectorMap
            key={what}
            title={`${capital(what)}, ${name}`}
            input={maps[what]}
            scale={maps.scale}
            size={size}
            selected={mark}
            onSelect={setMark}
          />
        ))}
      </div>
    </Panel>
  );
}

function PointsPanel({ d }: { d: OverlayView }) {
  const columns: Column<OverlayView['points'][number]>[] = [
    { key: 'chart', header: 'Chart', value: (r) => r.title },
    {
      key: 'value',
      header: 'Value',
      numeric: true,
      value: (r) => r.value,
      cell: (r) => `${num(r.value, 3)} ${unitLabel(r.unit)}`,
    },
    { key: 'unit', header: 'Unit', fileOnly: true, value: (r) => unitLabel(r.unit) },
    POINT_STATE,
  ];
  return (
    <Panel title="Charted points of the lot" flush>
      <DataTable
        label="Charted points of this overlay measurement"
        rows={d.points}
        columns={columns}
        rowKey={(r) => `${r.chartId} ${r.recordId}`}
        rowHref={(r) => `/spc/${r.chartId}?point=${r.recordId}`}
        empty="Nothing of this lot is charted yet: the point of a lot comes with its last measured wafer."
        maxHeight={260}
      />
    </Panel>
  );
}
