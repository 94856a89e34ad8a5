import { type ReactNode, useId } from 'react';

/** Why something cannot be done by who is looking. */
export const needsRole = (role: string): string => `Needs the ${role} role.`;

export interface Gated {
  disabled: boolean;
  'aria-describedby': string | undefined;
}

/** Buttons that wait for the same thing, and beside them in words what it is; null: nothing is waited for. */
export function Gate({ waits, children }: { waits: string | null; children: (gated: Gated) => ReactNode }) {
  const id = useId();
  return (
    <>
      {waits === null ? null : (
        <span id={id} className="text-sm text-ink-2 self-center max-w-[40ch]">
          {waits}
        </span>
      )}
      {children({ disabled: waits !== null, 'aria-describedby': waits === null ? undefined : id })}
    </>
  );
}
