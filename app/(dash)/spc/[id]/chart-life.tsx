'use client';
import Link from 'next/link';
import { useState } from 'react';
import type { SpcChartView } from '@/lib/services/spc/views/chart-model';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { useAddress } from '@/lib/ui/components/filter-bar';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { shortTime } from '@/lib/ui/format';
import { PeriodicRefresh } from '@/lib/ui/hooks/live';
import { setChartRetired } from '../templates/actions';

type Head = SpcChartView['chart'];

/** That a chart is retired, or that its history is being filled in. */
export function LifeNotice({ chart }: { chart: Head }) {
  if (chart.retired_at !== null)
    return (
      <p className="mb-3">
        <StatusMark
          wrap
          status="idle"
          text={`Retired ${shortTime(chart.retired_at.getTime())} UTC by ${chart.retired_by}: ${chart.retired_reason}. It takes no points and raises no alert.`}
        />
      </p>
    );
  if (chart.fill_id === null) return null;
  return (
    <div className="mb-3" aria-live="polite">
      <PeriodicRefresh everyMs={2_000} />
      <StatusMark
        wrap
        status="warn"
        text="Filling from history: no baseline is taken and no alert raised until it is complete."
      />
    </div>
  );
}

/** Retires a chart or takes it back. */
export function RetireButton({ chart }: { chart: Head }) {
  const isRetired = chart.retired_at !== null;
  const address = useAddress();
  const [asking, setAsking] = useState(!isRetired && address.get('do') === 'retire');
  return (
    <>
      {chart.template_id === null ? null : (
        <Link prefetch={false} className="btn" href={`/spc/templates/${chart.template_id}`}>
          Template
        </Link>
      )}
      <button type="button" className="btn" onClick={() => setAsking(true)}>
        {isRetired ? 'Restore…' : 'Retire…'}
      </button>
      {asking ? (
        <ReasonDialog
          open
          onClose={() => setAsking(false)}
          title={isRetired ? 'Restore the chart' : 'Retire the chart'}
          confirm={isRetired ? 'Restore' : 'Retire'}
          onSubmit={(reason) => setChartRetired(chart.id, !isRetired, reason)}
        >
          <p className="text-sm">
            {isRetired
              ? 'It takes points again, and fills with what it missed.'
              : 'It keeps its points and its history, takes no more points, and raises no alert. It can be restored.'}
          </p>
        </ReasonDialog>
      ) : null}
    </>
  );
}
