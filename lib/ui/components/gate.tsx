import { type ReactNode, useId } from 'react';

/** Why something cannot be done by who is looking. */
export const needsRole = (role: string): string => `Needs the ${role} role.`;

export interface Gated {
  disabled: boolean;
  'aria-describedby': string | undefined;
}

export interface GateProps {
  /** What is waited for, in words; null: nothing. */
  waits: string | null;
  /** What was asked for is under way: the buttons wait without a word. */
  busy?: boolean;
  /** Room around the words. */
  className?: string;
  children: (gated: Gated) => ReactNode;
}

/** Buttons that wait for the same thing, and beside them in words what it is. */
export function Gate({ waits, busy = false, className = 'self-center max-w-[40ch]', children }: GateProps) {
  const id = useId();
  return (
    <>
      {waits === null ? null : (
        <span id={id} className={`text-sm text-ink-2 ${className}`}>
          {waits}
        </span>
      )}
      {children({ disabled: busy || waits !== null, 'aria-describedby': waits === null ? undefined : id })}
    </>
  );
}
