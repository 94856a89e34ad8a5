import { type PointFacts, pointState } from '../charts/rules';
import { StatusMark } from './status-mark';

/** The state of a charted point: in control, the rules that fired, excluded, or not judged. */
export function PointMark({ point }: { point: PointFacts }) {
  const { status, text } = pointState(point);
  return <StatusMark status={status} text={text} wrap />;
}

/** The state column of a table of charted points. */
export const POINT_STATE = {
  key: 'state',
  header: 'State',
  sort: (p: PointFacts) => (p.excluded ? 0 : p.rules.length),
  value: (p: PointFacts) => pointState(p).text,
  cell: (p: PointFacts) => <PointMark point={p} />,
} as const;
