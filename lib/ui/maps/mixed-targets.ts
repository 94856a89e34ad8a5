/** The target of each product whose maps are shown together; null: it has none. */
export type ProductTargets = readonly { readonly product: string; readonly target: number | null }[];

/**
 * same: values are comparable on one range; differ: only differences from the targets are; unknown: a target is missing, so there are no differences.
 */
export type TargetMix = 'same' | 'differ' | 'unknown';

export function mixOfTargets(targets: ProductTargets): TargetMix {
  if (targets.length <= 1) return 'same';
  if (targets.some((t) => t.target === null)) return 'unknown';
  return new Set(targets.map((t) => t.target)).size === 1 ? 'same' : 'differ';
}

/** What one range over several products means; empty where no remark is needed. */
export function mixWords(mix: TargetMix, isDelta: boolean, targets: ProductTargets, unit: string): string {
  if (mix === 'same') return '';
  const list = targets.map((t) => `${t.product} ${t.target === null ? 'none' : `${t.target} ${unit}`}`).join(', ');
  if (mix === 'unknown') return `; several products on one range, not all with a target: ${list}`;
  return isDelta
    ? `; each wafer minus the target of its product: ${list}`
    : `; products of different targets on one range: ${list}`;
}
