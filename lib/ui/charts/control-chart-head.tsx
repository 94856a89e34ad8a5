import type { ExportItem } from '../components/export-menu';
import { count } from '../format';
import type { ControlChartModel } from './control-chart.model';

/** The file of all points of a long chart, in place of those that are drawn. */
export const allPoints = (href: string, of: number | undefined): ExportItem => ({
  label: `CSV of all ${of === undefined ? '' : `${count(of)} `}points`,
  run: () => window.location.assign(href),
});

interface HeadProps {
  unit: string;
  drawn: ControlChartModel['drawn'];
  ofColumns: boolean;
}

/** Unit, and how many of the points are drawn. */
export function Head({ unit, drawn, ofColumns }: HeadProps) {
  const words = ofColumns
    ? `${count(drawn.of)} points: each column shows its lowest and highest, all flagged ones are drawn`
    : drawn.shown < drawn.of
      ? `${drawn.shown} of ${drawn.of} points drawn, every flagged one among them`
      : '';
  return (
    <>
      <span>{unit}</span>
      <span className="ml-3 text-ink-3">{words}</span>
    </>
  );
}
