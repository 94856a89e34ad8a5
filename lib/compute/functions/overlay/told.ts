import type { OverlayFit } from '@/lib/overlay';

type Axis = OverlayFit['dx'];

/** An axis with as many terms as marks: the fit goes through every mark, and only given uncertainties tell those of the terms. */
const toldAxis = (a: Axis, isKnown: boolean) =>
  a.dof > 0
    ? a
    : {
        ...a,
        residualSigma: null,
        robust: a.robust && { ...a.robust, scale: null },
        ...(isKnown ? {} : { covariance: null }),
      };

/** What a fit says of itself: numbers that the marks cannot tell are none, and why. */
export function toldFit(f: OverlayFit, covariance: 'estimated' | 'known' | undefined) {
  const isKnown = covariance === 'known';
  const exact = (['dx', 'dy'] as const).filter((k) => f[k].dof === 0);
  return { ...f, dx: toldAxis(f.dx, isKnown), dy: toldAxis(f.dy, isKnown), warnings: isKnown ? [] : exact.map(exactWords) };
}
const exactWords = (axis: 'dx' | 'dy'): string =>
  `${axis}: there are as many terms as marks, so that the fit goes through every mark and nothing is left to tell the uncertainty of the terms; give ${axis === 'dx' ? 'uDx' : 'uDy'} with covariance "known", fewer terms, or more marks`;
