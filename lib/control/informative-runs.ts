/** How far x lies beyond [min, max], in widths of the range; 0 inside, and where there is no range. */
export function widthsBeyond(x: number, min: number, max: number): number {
  const width = max - min;
  return width > 0 ? Math.max(0, x - max, min - x) / width : 0;
}

/**
 * Whether a loop may learn from a run: more than one width outside the knob's range the gain is not known to hold.
 * @param x - setpoint, knob unit; [min, max] its range.
 */
export const isInformative = (x: number, min: number, max: number): boolean => widthsBeyond(x, min, max) <= 1;
