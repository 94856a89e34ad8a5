'use client';
import { useRouter } from 'next/navigation';
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';

export interface LiveEvent {
  /** Kind of the feed line: lot, run, measurement, event, alert, advice, model, limits. */
  topic: string;
  data: Readonly<Record<string, unknown>>;
  atMs: number;
}
export interface LiveState {
  status: 'connecting' | 'open' | 'lost';
  /** Moment of the last message, ms; null before the first. */
  lastMs: number | null;
}

type Listener = (e: LiveEvent) => void;
const LiveContext = createContext<{ state: LiveState; listen: (l: Listener) => () => void }>({
  state: { status: 'connecting', lastMs: null },
  listen: () => () => {},
});

/** One event stream for the whole page; parts listen to it through `useLiveEvent`. The browser reconnects with Last-Event-ID by itself. */
export function LiveProvider({ url, children }: { url: string; children: ReactNode }) {
  const [state, setState] = useState<LiveState>({ status: 'connecting', lastMs: null });
  const listeners = useRef(new Set<Listener>());
  useEffect(() => {
    const source = new EventSource(url);
    let shown = 0;
    const receive = (e: MessageEvent<string>): void => {
      const data = parseObject(e.data);
      const now = Date.now();
      if (now - shown > 1000) {
        shown = now;
        setState({ status: 'open', lastMs: now });
      }
      const topic = typeof data['kind'] === 'string' ? data['kind'] : 'message';
      for (const l of listeners.current) l({ topic, data, atMs: now });
    };
    source.onopen = () => setState((s) => ({ status: 'open', lastMs: s.lastMs }));
    source.onerror = () =>
      setState((s) => ({ status: source.readyState === EventSource.CLOSED ? 'lost' : 'connecting', lastMs: s.lastMs }));
    source.addEventListener('feed', receive);
    return () => source.close();
  }, [url]);
  const listen = useRef((l: Listener) => {
    listeners.current.add(l);
    return () => {
      listeners.current.delete(l);
    };
  });
  return <LiveContext.Provider value={{ state, listen: listen.current }}>{children}</LiveContext.Provider>;
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const v: unknown = JSON.parse(text);
    return typeof v === 'object' && v !== null && !Array.isArray(v) ? (v as Record<string, unknown>) : { value: v };
  } catch {
    return { text };
  }
}

export const useLiveState = (): LiveState => useContext(LiveContext).state;

/** Calls back for each live event whose topic is wanted (all when none is named). */
export function useLiveEvent(wanted: readonly string[], run: Listener): void {
  const { listen } = useContext(LiveContext);
  const latest = useRef({ wanted, run });
  latest.current = { wanted, run };
  useEffect(
    () =>
      listen((e) => {
        const { wanted: w, run: r } = latest.current;
        if (w.length === 0 || w.includes(e.topic)) r(e);
      }),
    [listen],
  );
}

/** Re-reads the server components of this page after matching events, at most once per `everyMs`, and not while the tab is hidden. */
export function LiveRefresh({ topics, everyMs = 5000 }: { topics: readonly string[]; everyMs?: number }) {
  const router = useRouter();
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const last = useRef(0);
  useLiveEvent(topics, () => {
    if (timer.current || document.hidden) return;
    const wait = Math.max(300, last.current + everyMs - Date.now());
    timer.current = setTimeout(() => {
      timer.current = null;
      last.current = Date.now();
      if (!document.querySelector('dialog[open]')) router.refresh();
    }, wait);
  });
  useEffect(() => () => (timer.current ? clearTimeout(timer.current) : undefined), []);
  return null;
}

/** Re-reads the server components of this page every `everyMs` while it is shown: for work whose steps are no news to anyone else. */
export function PeriodicRefresh({ everyMs }: { everyMs: number }) {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden && !document.querySelector('dialog[open]')) router.refresh();
    }, everyMs);
    return () => clearInterval(timer);
  }, [router, everyMs]);
  return null;
}
