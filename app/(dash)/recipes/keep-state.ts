export interface KeepQuestion {
  /** The content of the form, and what the server has. */
  readonly text: string;
  readonly saved: string;
  /** The content of the form when the draft was discarded or decided elsewhere; null: it was not. */
  readonly gone: string | null;
  /** There is something worth saving, and this user may save it. */
  readonly mayKeep: boolean;
}

export interface KeepState {
  /** Discarded or decided elsewhere: the content of the form is not saved until it changes. */
  readonly isGone: boolean;
  /** A save is due. */
  readonly isDue: boolean;
  /** The server has everything that was typed, or there is nothing to save. */
  readonly isKept: boolean;
}

/** Whether a draft is saved, has to be sent, or has ended elsewhere: in that case later edits begin another draft. */
export function keepState({ text, saved, gone, mayKeep }: KeepQuestion): KeepState {
  const isGone = gone === text;
  const isDue = mayKeep && !isGone && (saved !== text || gone !== null);
  return { isGone, isDue, isKept: !isGone && !isDue };
}
