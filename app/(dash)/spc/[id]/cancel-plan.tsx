'use client';
import { useState } from 'react';
import type { ChartVersionView } from '@/lib/services/spc/views/chart-model';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { Facts } from '@/lib/ui/components/evidence-panel';
import { absoluteTime } from '@/lib/ui/format';
import { cancelPlan } from './actions';
import { plannedDifference } from './planned-version';

export interface CancelPlanProps {
  chartId: string;
  /** The newest version that the page shows. */
  newest: number;
  current: ChartVersionView;
  planned: ChartVersionView;
  unit: string;
}

/** Cancels a planned version: the dialog shows what it would change and asks for a reason. */
export function CancelPlan({ chartId, newest, current, planned, unit }: CancelPlanProps) {
  const [asking, ask] = useState(false);
  const name = `version ${planned.version}`;
  return (
    <>
      <button type="button" className="btn" onClick={() => ask(true)}>
        {`Cancel planned ${name}…`}
      </button>
      <ReasonDialog
        open={asking}
        onClose={() => ask(false)}
        title={`Cancel planned ${name}`}
        confirm={`Cancel ${name}`}
        dismiss="Keep it"
        onSubmit={(reason) => cancelPlan(chartId, newest, reason)}
      >
        <Facts
          facts={[
            ['Would begin', absoluteTime(planned.effectiveMs)],
            ['Planned by', `${planned.author}: ${planned.reason}`],
            ['Would change', plannedDifference(current, planned, unit).join('; ')],
          ]}
        />
        <p className="text-sm text-ink-2 mt-2">
          {`Version ${current.version} goes on undisturbed: no point is judged again. A cancelled version does not come back; plan it anew.`}
        </p>
      </ReasonDialog>
    </>
  );
}
