/** A signal of a rule: the index of its last point, and of the first of its window. */
export interface WindowedSignal {
  readonly end: number;
  readonly start: number;
}

/**
 * The alarms among the signals of a series: the first signal, then each whose whole window comes after the alarm before it. A run that goes on is one alarm, and the
 * alarms of a process in control are a renewal process whose mean interval is the in-control run length.
 * @param signals - in any order; of several that end at one point the one with the shortest window counts.
 */
export function alarmsOf<S extends WindowedSignal>(signals: readonly S[]): S[] {
  const out: S[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const s of [...signals].sort((a, b) => a.end - b.end || b.start - a.start)) {
    if (s.start <= last) continue;
    out.push(s);
    last = s.end;
  }
  return out;
}

/** An alarm of one way of judging and whether the other way has it too: they share a point of their windows. */
export function comparedAlarms<A extends WindowedSignal, B extends WindowedSignal>(
  now: readonly A[],
  then: readonly B[],
): { readonly kept: B[]; readonly won: B[]; readonly lost: A[] } {
  const meets = (a: WindowedSignal, list: readonly WindowedSignal[]): boolean =>
    list.some((b) => b.start <= a.end && b.end >= a.start);
  return {
    kept: then.filter((b) => meets(b, now)),
    won: then.filter((b) => !meets(b, now)),
    lost: now.filter((a) => !meets(a, then)),
  };
}
