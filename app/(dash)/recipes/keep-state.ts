export interface KeepQuestion {
  /** What is typed, and what the server has. */
  readonly text: string;
  readonly saved: string;
  /** What was typed when the draft was discarded or decided elsewhere; null: it was not. */
  readonly gone: string | null;
  /** There is something that is worth keeping, and who is looking may keep it. */
  readonly mayKeep: boolean;
}

export interface KeepState {
  /** Discarded or decided elsewhere: what is typed is kept nowhere until it changes. */
  readonly isGone: boolean;
  /** Waits to be sent. */
  readonly isDue: boolean;
  /** The server has everything that is typed, or there is nothing to keep. */
  readonly isKept: boolean;
}

/** Whether a draft is kept, has to be sent, or has ended elsewhere: then only what is typed from then on is another draft. */
export function keepState({ text, saved, gone, mayKeep }: KeepQuestion): KeepState {
  const isGone = gone === text;
  const isDue = mayKeep && !isGone && (saved !== text || gone !== null);
  return { isGone, isDue, isKept: !isGone && !isDue };
}
