import { AppError } from '@/lib/errors';
import { qrFactor, thinQ } from '@/lib/numerics';
import { fitZernike, type ZernikeFitOptions } from './fit';
import { termsOfOrder } from './indices';
import { zernikeValues } from './polynomials';

/** Criterion by which the order is chosen. */
export type OrderCriterion = 'aicc' | 'bic' | 'cv';

/** Scores of one radial order. */
export interface OrderScore {
  readonly order: number;
  readonly terms: number;
  /** Residual sum of squares, unit of the values squared. */
  readonly rss: number;
  /** Akaike with the small-sample correction; +Infinity where n − k − 2 <= 0. */
  readonly aicc: number;
  readonly bic: number;
  /** Root mean square leave-one-out error √(mean (r_i/(1 − h_i))²), unit of the values. */
  readonly cv: number;
}

/** The order chosen, with the scores of all that were tried. */
export interface OrderChoice {
  readonly order: number;
  readonly terms: number;
  readonly criterion: OrderCriterion;
  readonly scores: readonly OrderScore[];
  /** Orders above this were not tried because the sites alias their terms. */
  readonly highestIdentifiable: number;
}

/**
 * Radial order by AICc = n ln(rss/n) + 2k + 2k(k + 1)/(n − k − 1), BIC = n ln(rss/n) + k ln n (k counts the noise variance), or exact
 * leave-one-out error from the leverages h_i = ‖q_i‖² of the QR factor. Orders the sites cannot determine are not tried.
 * @param x - (n,), mm, wafer frame; `y` likewise.
 * @param z - (n,); NaN sites are left out.
 * @throws AppError `invalid_input` below three measured sites.
 * @reference Hurvich & Tsai, Biometrika 76 (1989) 297; Schwarz, Ann. Stat. 6 (1978) 461; Allen, Technometrics 16 (1974) 125 (PRESS).
 */
export function chooseZernikeOrder(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  z: ArrayLike<number>,
  options: Pick<ZernikeFitOptions, 'normRadiusMm' | 'rankTolerance'> & {
    readonly maxOrder?: number;
    readonly criterion?: OrderCriterion;
  } = {},
): OrderChoice {
  const keep = Array.from({ length: z.length }, (_, i) => i).filter((i) => !Number.isNaN(z[i]!));
  const n = keep.length;
  if (n < 3) throw new AppError('invalid_input', `choosing an order needs three measured sites or more, got ${n}`);
  const px = keep.map((i) => x[i]!);
  const py = keep.map((i) => y[i]!);
  const pz = keep.map((i) => z[i]!);
  const criterion = options.criterion ?? 'aicc';
  const scores: OrderScore[] = [];
  for (let order = 0; order <= (options.maxOrder ?? 8); order++) {
    const terms = termsOfOrder(order);
    if (terms >= n) break;
    let fit: ReturnType<typeof fitZernike>;
    try {
      fit = fitZernike(px, py, pz, { ...options, terms });
    } catch (e) {
      if (e instanceof AppError && e.code === 'rank_deficient') break;
      throw e;
    }
    const q = thinQ(qrFactor(zernikeValues(px, py, terms, 1 / (options.normRadiusMm ?? 150)))).data;
    let press = 0;
    for (let i = 0; i < n; i++) {
      let h = 0;
      for (let j = 0; j < terms; j++) h += q[i * terms + j]! ** 2;
      press += (fit.residuals[i]! / Math.max(1e-12, 1 - h)) ** 2;
    }
    const k = terms + 1;
    const like = n * Math.log(Math.max(fit.rss, Number.MIN_VALUE) / n);
    scores.push({
      order,
      terms,
      rss: fit.rss,
      aicc: n - k - 1 > 0 ? like + 2 * k + (2 * k * (k + 1)) / (n - k - 1) : Number.POSITIVE_INFINITY,
      bic: like + k * Math.log(n),
      cv: Math.sqrt(press / n),
    });
  }
  const best = scores.reduce((a, b) => (b[criterion] < a[criterion] ? b : a));
  return { order: best.order, terms: best.terms, criterion, scores, highestIdentifiable: scores.at(-1)!.order };
}
