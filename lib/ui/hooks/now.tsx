'use client';
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { absoluteTime, relativeTime } from '../format';
import { createStore } from './store';

const NowContext = createContext(createStore(0));

/** One clock for the page: starts at the server's time (so that the first paint matches), then ticks every five seconds. */
export function NowProvider({ serverNowMs, children }: { serverNowMs: number; children: ReactNode }) {
  const [now] = useState(() => createStore(serverNowMs));
  useEffect(() => {
    now.set(Date.now());
    const timer = setInterval(() => now.set(Date.now()), 5000);
    return () => clearInterval(timer);
  }, [now]);
  return <NowContext.Provider value={now}>{children}</NowContext.Provider>;
}

export function useNow(): number {
  const now = useContext(NowContext);
  return useSyncExternalStore(now.subscribe, now.get, now.initial);
}

/** A value derived from the current time; re-renders only when it changes. @param of - returns the same object while nothing has changed. */
export function useAsOf<T>(of: (nowMs: number) => T): T {
  const now = useContext(NowContext);
  return useSyncExternalStore(
    now.subscribe,
    () => of(now.get()),
    () => of(now.initial()),
  );
}

/** A relative time with the absolute one on hover and for screen readers. */
export function Ago({ at, className }: { at: number | null | undefined; className?: string }) {
  const now = useNow();
  if (at === null || at === undefined || Number.isNaN(at)) return <span className={className ?? 'text-ink-3'}>never</span>;
  return (
    <time dateTime={new Date(at).toISOString()} title={absoluteTime(at)} className={className} suppressHydrationWarning>
      {relativeTime(at, now)}
    </time>
  );
}
