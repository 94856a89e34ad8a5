import { AppError } from '@/lib/errors';

type Input = Readonly<Record<string, unknown>>;

const DOUBLE = 8;
const len = (v: unknown): number => (Array.isArray(v) || ArrayBuffer.isView(v) ? (v as ArrayLike<unknown>).length : 0);
const width = (v: unknown): number => (Array.isArray(v) && v.length > 0 ? len(v[0]) : 0);
const number = (v: unknown, otherwise: number): number => (typeof v === 'number' ? v : otherwise);
/** Matrices of n × n that are held at a time. */
const square = (n: number, copies: number): number => DOUBLE * copies * n * n;

const ofGrating = (i: Input): number => {
  const harmonics = 2 * number(i['truncation'], 0) + 1;
  return square(2 * 2 * harmonics, 24);
};
const ofMatrix = (i: Input): number => square(width(i['x']), 6) + DOUBLE * 4 * len(i['x']) * width(i['x']);

/** Peak memory of functions for which it grows faster than the input, bytes. That of others is proportional to the input. */
const PEAKS: Readonly<Record<string, (i: Input) => number>> = {
  'spatial/kriging': (i) => {
    const k = number(i['nearest'], len(i['x']));
    return square(i['sigma2'] === undefined ? len(i['x']) : k, 4) + DOUBLE * k * Math.min(len(i['xNew']), 1024);
  },
  'spatial/covariance': (i) => square(len(i['x']), 4),
  'spatial/wafer-model': (i) => square(len(i['x']), 4),
  'spatial/zernike': (i) => square(number(i['grid'], 0), 4) + DOUBLE * 4 * len(i['x']) * number(i['terms'], 66),
  'vm/gp-train': (i) => square(len(i['x']), 6) + DOUBLE * len(i['x']) * len(i['x']) * (i['ard'] === true ? width(i['x']) : 1),
  'vm/gp-predict': (i) => (i['covariance'] === true ? square(len(i['x']), 3) : 0),
  'sampling/information': (i) => square(len(i['x']), 4),
  'spc/hotelling': ofMatrix,
  'spc/mewma': ofMatrix,
  'spc/pca-train': ofMatrix,
  'defects/outliers': (i) => square(len(i['train']), 2),
  'control/mpc': (i) => square(number(i['N'], 1) * (len(i['uPrev']) + len(i['r']) + 2), 8),
  'uncertainty/monte-carlo': (i) => DOUBLE * Math.max(number(i['trials'], 0), number(i['maxTrials'], 0)) * 3,
  'optics/grating': ofGrating,
  'optics/conical': ofGrating,
  'fit/posterior': (i) => DOUBLE * number(i['steps'], 0) * number(i['walkers'], 0) * 64,
};

/**
 * Refuses a computation before it allocates, by the peak memory it will need.
 * @throws AppError `payload_too_large` with the need and the limit.
 */
export function checkMemory(path: string, parsed: unknown, limitMb: number | undefined): void {
  const needs = (PEAKS[path]?.(parsed as Input) ?? 0) / 2 ** 20;
  if (limitMb !== undefined && needs > limitMb)
    throw new AppError(
      'payload_too_large',
      `${path} would need ${Math.round(needs)} MB for this input, ${limitMb} MB are given; send less, or compute it on the command line: npx driftless ${path.replace('/', ' ')}`,
      { needsMb: Math.round(needs), limitMb },
    );
}
