import { num } from '../format';

export interface SparklineProps {
  /** Oldest first; NaN is a gap. */
  values: ArrayLike<number>;
  /** Non-zero where a rule fired: drawn as a square. */
  flags?: ArrayLike<number>;
  ucl?: number | null;
  lcl?: number | null;
  /** Centre line or target. */
  cl?: number | null;
  width?: number;
  height?: number;
  label: string;
}

/** A tiny chart for table rows: line, limits as hairlines, red squares where a rule fired. The row's numbers say the same. */
export function Sparkline({ values, flags, ucl, lcl, cl, width = 140, height = 24, label }: SparklineProps) {
  const m = sparkModel(values, { ucl: ucl ?? null, lcl: lcl ?? null }, width, height);
  const rule = (v: number | null | undefined, dash: string) =>
    v === null || v === undefined || !Number.isFinite(v) ? null : (
      <line x1={0} x2={width} y1={m.y(v)} y2={m.y(v)} stroke="var(--hairline-strong)" strokeDasharray={dash} />
    );
  const last = values.length - 1;
  return (
    <svg
      role="img"
      aria-label={`${label}: ${values.length} points, last ${num(values[last] ?? null, 3)}`}
      width={width}
      height={height}
      className="block"
    >
      {rule(ucl, '3 2')}
      {rule(lcl, '3 2')}
      {rule(cl, '')}
      <path d={m.path} fill="none" stroke="var(--series)" strokeWidth={1} />
      {Array.from({ length: values.length }, (_, i) => i)
        .filter((i) => flags?.[i] && !Number.isNaN(values[i]))
        .map((i) => (
          <rect key={i} x={m.x(i) - 2} y={m.y(values[i]!) - 2} width={4} height={4} fill="var(--out)" />
        ))}
      {last >= 0 && !flags?.[last] && !Number.isNaN(values[last]) ? (
        <circle cx={m.x(last)} cy={m.y(values[last]!)} r={1.8} fill="var(--series)" />
      ) : null}
    </svg>
  );
}

/** Scales and path of a sparkline; limits are inside the range, so that closeness to them is visible. */
export function sparkModel(
  values: ArrayLike<number>,
  limits: { ucl: number | null; lcl: number | null },
  width: number,
  height: number,
) {
  let lo = limits.lcl ?? Number.POSITIVE_INFINITY;
  let hi = limits.ucl ?? Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if (v < lo) lo = v;
    if (v > hi) hi = v;
  }
  const span = hi > lo ? hi - lo : 1;
  const x = (i: number): number => Math.round((3 + (i * (width - 6)) / Math.max(1, values.length - 1)) * 10) / 10;
  const y = (v: number): number => Math.round((height - 3 - ((v - lo) / span) * (height - 6)) * 10) / 10;
  let path = '';
  let pen = false;
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if (Number.isNaN(v)) pen = false;
    else {
      path += `${pen ? 'L' : 'M'}${x(i)} ${y(v)}`;
      pen = true;
    }
  }
  return { x, y, path };
}
