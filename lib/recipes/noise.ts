import { AppError } from '@/lib/errors';
import type { ChannelSpec, SpectrumAxis } from '@/lib/formats/metrology-recipe';
import type { CompiledRecipe } from './compile';

/** Standard deviation of one value by a channel's noise model, √(absolute² + (relative·value)²), in the channel's unit. */
export const channelSigma = (channel: ChannelSpec, value: number): number =>
  Math.hypot(channel.sigma.absolute, channel.sigma.relative * value);

/** Standard deviations of a site's data by the recipe's noise model, where the station sends none. */
export function recipeSigma(compiled: CompiledRecipe, data: Float64Array): Float64Array {
  const points = compiled.used.length;
  return data.map((v, i) => channelSigma(compiled.recipe.channels[Math.floor(i / points)]!, v));
}

function placeOf(axis: SpectrumAxis, k: number): string {
  switch (axis.kind) {
    case 'wavelength':
      return `${axis.nm[k]} nm`;
    case 'q':
      return `q = ${axis.perA[k]} 1/Å`;
    case 'qxqz':
      return `q = (${axis.qxPerNm[k]}, ${axis.qzPerNm[k]}) 1/nm`;
  }
}

/**
 * Every measured value needs a positive standard deviation: without one it has no weight.
 * @param data - of a site, NaN where nothing was measured; there sigma is not looked at. @param sigma - the same shape.
 * @throws AppError `invalid_input` naming channel and place.
 */
export function checkSigma(compiled: CompiledRecipe, data: Float64Array, sigma: Float64Array): void {
  const bad = sigma.findIndex((s, i) => !Number.isNaN(data[i]!) && !(s > 0 && s < Number.POSITIVE_INFINITY));
  if (bad < 0) return;
  const points = compiled.used.length;
  const { name } = compiled.recipe.channels[Math.floor(bad / points)]!;
  throw new AppError(
    'invalid_input',
    `sigma: is ${sigma[bad]} for channel "${name}" at ${placeOf(compiled.axis, bad % points)}, where ${data[bad]} was measured; give a positive standard deviation, or the noise of the channel in the recipe an absolute part`,
    { field: 'sigma', channel: name, index: bad },
  );
}
