'use client';
import { useRouter } from 'next/navigation';
import { createContext, type ReactNode, useContext, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { createStore, type Store } from './store';

export interface LiveEvent {
  /** Kind of the feed line: lot, run, measurement, event, alert, advice, model, limits. */
  topic: string;
  data: Readonly<Record<string, unknown>>;
  atMs: number;
}
export interface LiveState {
  status: 'connecting' | 'open' | 'lost';
  /** Time of the last message, ms; null before the first. */
  lastMs: number | null;
  /** Time at which the stream was lost, ms; null while it is open or not opened yet. */
  downMs: number | null;
}

/** What a page shows may be out of date: the stream is closed, or has been lost for half a minute. */
export const isOutOfDate = (s: LiveState, now: number): boolean =>
  s.status === 'lost' || (s.downMs !== null && now - s.downMs > 30_000);

type Listener = (e: LiveEvent) => void;
const BEFORE: LiveState = { status: 'connecting', lastMs: null, downMs: null };

interface Live {
  readonly state: Store<LiveState>;
  readonly listeners: Set<Listener>;
}
const createLive = (): Live => ({ state: createStore(BEFORE), listeners: new Set() });
const LiveContext = createContext(createLive());

/** One event stream for the whole page; parts listen to it through `useLiveEvent`. The browser reconnects with Last-Event-ID on its own. */
export function LiveProvider({ url, children }: { url: string; children: ReactNode }) {
  const [live] = useState(createLive);
  useEffect(() => {
    const { state, listeners } = live;
    const source = new EventSource(url);
    let shown = 0;
    const receive = (e: MessageEvent<string>): void => {
      const data = parseObject(e.data);
      const now = Date.now();
      if (now - shown > 1000) {
        shown = now;
        state.set({ status: 'open', lastMs: now, downMs: null });
      }
      const topic = typeof data['kind'] === 'string' ? data['kind'] : 'message';
      for (const l of listeners) l({ topic, data, atMs: now });
    };
    source.onopen = () => state.set({ ...state.get(), status: 'open', downMs: null });
    source.onerror = () => {
      const { lastMs, downMs } = state.get();
      const status = source.readyState === EventSource.CLOSED ? 'lost' : 'connecting';
      state.set({ status, lastMs, downMs: downMs ?? Date.now() });
    };
    source.addEventListener('feed', receive);
    return () => source.close();
  }, [url, live]);
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const v: unknown = JSON.parse(text);
    return typeof v === 'object' && v !== null && !Array.isArray(v) ? (v as Record<string, unknown>) : { value: v };
  } catch {
    return { text };
  }
}

export function useLiveState(): LiveState {
  const { state } = useContext(LiveContext);
  return useSyncExternalStore(state.subscribe, state.get, state.initial);
}

/** Calls `run` for each live event with one of the wanted topics (all when none is named). */
export function useLiveEvent(wanted: readonly string[], run: Listener): void {
  const { listeners } = useContext(LiveContext);
  const latest = useRef({ wanted, run });
  latest.current = { wanted, run };
  useEffect(() => {
    const listener: Listener = (e) => {
      const { wanted: w, run: r } = latest.current;
      if (w.length === 0 || w.includes(e.topic)) r(e);
    };
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, [listeners]);
}

/** Re-reads the server components of this page after matching events, at most once per `everyMs`, and not while the tab is hidden. */
export function LiveRefresh({ topics, everyMs = 5000 }: { topics: readonly string[]; everyMs?: number }) {
  const router = useRouter();
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const last = useRef(0);
  useLiveEvent(topics.length === 0 ? topics : [...topics, 'resync'], () => {
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

/** Re-reads the server components of this page every `everyMs` while it is shown: for work whose steps raise no live event, or whose one event may come before the page listens. */
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
