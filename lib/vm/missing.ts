import { fillMissing as fill, type Matrix } from '@/lib/numerics';

export { conditionalMean, hasMissing } from '@/lib/numerics';

/** Training rows with missing sensors filled by their conditional means, sensors named in what is refused. As `fillMissing` of numerics. */
export const fillMissing = (
  raw: Matrix,
  sensors: readonly string[],
  components: number,
): { x: Matrix; nFilled: number; iterations: number } => fill(raw, components, (j) => `sensor ${sensors[j]}`);
