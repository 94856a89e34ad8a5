'use client';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { FitAnswer, FitRequest } from './fit-worker';

export interface FitState {
  /** What was asked for the answer that is shown. */
  request: FitRequest | null;
  answer: FitAnswer | null;
  isBusy: boolean;
}

export interface SiteFitter extends FitState {
  start: (r: FitRequest) => void;
  stop: () => void;
}

const IDLE: FitState = { request: null, answer: null, isBusy: false };

/** Fits a site on a thread of the browser; a running fit can be stopped, since a grating may take many seconds. */
export function useSiteFit(): SiteFitter {
  const [state, setState] = useState<FitState>(IDLE);
  const worker = useRef<Worker | null>(null);
  const stop = useCallback((): void => {
    worker.current?.terminate();
    worker.current = null;
    setState((s) => ({ ...s, isBusy: false }));
  }, []);
  const start = useCallback((request: FitRequest): void => {
    worker.current?.terminate();
    const w = new Worker(new URL('./fit-worker.ts', import.meta.url), { type: 'module' });
    worker.current = w;
    setState({ request, answer: null, isBusy: true });
    w.onmessage = (e: MessageEvent<FitAnswer>) => {
      setState({ request, answer: e.data, isBusy: false });
      w.terminate();
    };
    w.onerror = (e) => setState({ request, answer: { error: e.message || 'the fit could not be loaded' }, isBusy: false });
    w.postMessage(request);
  }, []);
  useEffect(() => () => worker.current?.terminate(), []);
  return { ...state, start, stop };
}
