/** How a draft stands to the version in force. */
export type Standing = 'beside' | 'behind' | 'over';

/**
 * `beside`: begun from the version in force. `behind`: that has moved on. `over`: it has moved on and nothing of one's own is left, since nothing was
 * changed or the change is what is in force: the page follows it.
 */
export function standingOf(v: {
  readonly base: number;
  readonly inForce: number;
  readonly isDirty: boolean;
  /** The draft is what is in force. */
  readonly isSame: boolean;
}): Standing {
  if (v.inForce <= v.base) return 'beside';
  return !v.isDirty || v.isSame ? 'over' : 'behind';
}
