import type { ProposalView } from '@/lib/services/spc/limits/views/proposals';
import { dispersionName } from '@/lib/spc';
import type { ControlChartInput } from '@/lib/ui/charts/control-chart.model';
import { unitLabel } from '@/lib/ui/format';
import { waferName } from '@/lib/ui/links';

/** The points of a comparison under one of its versions, with the alarms that only this version has. */
export function proposalChart(p: ProposalView, of: 'now' | 'proposed'): ControlChartInput {
  const version = of === 'now' ? p.now : p.proposed!;
  const { at, value, excluded, recordId, lot, slot } = p.points;
  const own = new Map((of === 'now' ? p.comparison?.lost : p.comparison?.won)?.map((a) => [a.record, a.rule]) ?? []);
  return {
    title: of === 'now' ? 'Limits in force' : 'Proposed limits',
    unit: unitLabel(p.unit),
    at,
    plotted: value,
    rules: recordId.map((id) => (own.has(id) ? [own.get(id)!] : [])),
    excluded: excluded.map((is) => (is ? 'excluded' : null)),
    ids: recordId,
    names: lot.map((name, i) => waferName(name, slot[i] ?? 0)),
    dispersionName: dispersionName(p.chartKind),
    phases: [
      {
        version: 1,
        fromMs: 0,
        toMs: null,
        label: of === 'now' ? 'in force' : 'proposed',
        cl: version.cl,
        ucl: version.ucl,
        lcl: version.lcl,
        dispCl: null,
        dispUcl: null,
        dispLcl: null,
        isEntered: version.limitsSource === 'given',
        isDispEntered: false,
      },
    ],
    specs: [],
    events: [],
  };
}
