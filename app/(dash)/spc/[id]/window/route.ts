import { chartPart } from '../answer';
import { readChart } from '../read-chart';

export const dynamic = 'force-dynamic';

/** The chart in another window, for a zoom. */
export const GET = chartPart(({ id, fromMs, toMs }) => readChart(id, fromMs, toMs));
