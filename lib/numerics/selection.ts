/**
 * The smallest and the largest `count` values of y, both in ascending order: what coverage intervals need of a sorted sample, without sorting the rest.
 * Thresholds come from a systematic subsample; where they cut too tight, everything is sorted.
 * @param y - finite values, shape (n,); not changed.
 * @param count - 1 <= count <= n.
 * @returns (count,) each.
 * @complexity n + count·ln count for count ≪ n.
 */
export function sortedTails(y: Float64Array, count: number): { readonly lowest: Float64Array; readonly highest: Float64Array } {
  const n = y.length;
  if (n >= 4096 && count < n / 5) {
    const stride = Math.max(1, Math.floor(n / 4096));
    const sample = Float64Array.from({ length: Math.floor(n / stride) }, (_, i) => y[i * stride]!).sort();
    const m = sample.length;
    const share = (count / n) * m;
    const reach = Math.ceil(share + 5 * Math.sqrt(share) + 5); // five standard deviations of the count below a quantile
    if (2 * reach < m) {
      const lowest = gather(y, sample[reach]!, 1, count, 2 * reach * stride);
      const highest = lowest && gather(y, sample[m - 1 - reach]!, -1, count, 2 * reach * stride);
      if (highest) return { lowest: lowest.subarray(0, count), highest: highest.subarray(highest.length - count) };
    }
  }
  const s = y.slice().sort();
  return { lowest: s.subarray(0, count), highest: s.subarray(n - count) };
}

// Values on the far side of a threshold, sorted; null when there are fewer than wanted or more than there is room for.
function gather(y: Float64Array, threshold: number, sign: 1 | -1, wanted: number, room: number): Float64Array | null {
  const out = new Float64Array(room);
  let k = 0;
  if (sign > 0) {
    for (let i = 0; i < y.length; i++) if (y[i]! <= threshold) out[k++] = y[i]!;
  } else {
    for (let i = 0; i < y.length; i++) if (y[i]! >= threshold) out[k++] = y[i]!;
  }
  return k < wanted || k > room ? null : out.subarray(0, k).sort();
}
