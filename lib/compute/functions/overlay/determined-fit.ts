import type { OverlayFit } from '@/lib/overlay';

type Axis = OverlayFit['dx'];

/** An axis with as many terms as marks: the fit goes through every mark, and only given uncertainties determine those of the terms. */
const determinedAxis = (a: Axis, isKnown: boolean) =>
  a.dof > 0
    ? a
    : {
        ...a,
        residualSigma: null,
        robust: a.robust && { ...a.robust, scale: null },
        ...(isKnown ? {} : { covariance: null }),
      };

/** What a fit reports: numbers that the marks do not determine are null, with the reason. */
export function determinedFit(f: OverlayFit, covariance: 'estimated' | 'known' | undefined) {
  const isKnown = covariance === 'known';
  const exact = (['dx', 'dy'] as const).filter((k) => f[k].dof === 0);
  return {
    ...f,
    dx: determinedAxis(f.dx, isKnown),
    dy: determinedAxis(f.dy, isKnown),
    warnings: isKnown ? [] : exact.map(exactWords),
  };
}
const exactWords = (axis: 'dx' | 'dy'): string =>
  `${axis}: there are as many terms as marks, so that the fit goes through every mark and nothing is left to estimate the uncertainty of the terms from; give ${axis === 'dx' ? 'uDx' : 'uDy'} with covariance "known", fewer terms, or more marks`;
