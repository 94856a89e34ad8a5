import type { ChannelSpec } from '@/lib/formats/metrology-recipe';
import type { CompiledRecipe } from './compile';

/** Standard deviation of one value by a channel's noise model, √(absolute² + (relative·value)²), in the channel's unit. */
export const channelSigma = (channel: ChannelSpec, value: number): number =>
  Math.hypot(channel.sigma.absolute, channel.sigma.relative * value);

/** Standard deviations of a site's data by the recipe's noise model, where the station sends none. */
export function recipeSigma(compiled: CompiledRecipe, data: Float64Array): Float64Array {
  const points = compiled.used.length;
  return data.map((v, i) => channelSigma(compiled.recipe.channels[Math.floor(i / points)]!, v));
}
