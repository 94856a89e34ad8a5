import { type ReactNode, useId } from 'react';

/** Why the signed-in user cannot do something. */
export const needsRole = (role: string): string => `Needs the ${role} role.`;

export interface Gated {
  disabled: boolean;
  'aria-describedby': string | undefined;
}

export interface GateProps {
  /** What is waited for, in words; null: nothing. */
  waits: string | null;
  /** The action is in progress: the buttons are disabled without a reason. */
  busy?: boolean;
  /** Class of the reason. */
  className?: string;
  children: (gated: Gated) => ReactNode;
}

/** Buttons that are disabled for the same reason, with the reason beside them. */
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
