'use client';
import type { ComponentProps, KeyboardEvent, ReactNode } from 'react';

export interface WalkableProps extends Omit<ComponentProps<'div'>, 'role' | 'tabIndex' | 'aria-label' | 'onKeyDown'> {
  /** Kind of picture, read aloud: "control chart", "wafer map". */
  kind: string;
  /** The summary sentence and the keys that work. */
  label: string;
  /** Key name and what it does; a key that is not listed passes through. */
  keys: readonly (readonly [key: string, run: (e: KeyboardEvent<HTMLDivElement>) => void])[];
  /** Escape: clear, then leave. */
  onLeave: () => void;
  children: ReactNode;
}

const ONE_TAB_STOP = { tabIndex: 0 } as const;

/** A picture as one tab stop: arrows step through its samples, Escape clears and leaves (WAI-ARIA application role). */
export function Walkable({ kind, label, keys, onLeave, children, ...rest }: WalkableProps) {
  const onKeyDown = (e: KeyboardEvent<HTMLDivElement>): void => {
    if (e.key === 'Escape') {
      onLeave();
      e.currentTarget.blur();
      return;
    }
    const run = keys.find(([key]) => key === e.key)?.[1];
    if (!run) return;
    e.preventDefault();
    run(e);
  };
  return (
    <div
      {...rest}
      {...ONE_TAB_STOP}
      role="application"
      aria-roledescription={kind}
      aria-label={`${label} Escape leaves.`}
      onKeyDown={onKeyDown}
    >
      {children}
    </div>
  );
}
