'use client';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { FitAnswer, FitProgress, FitRequest } from './fit-worker';

export interface FitState {
  /** The request behind the answer that is shown. */
  request: FitRequest | null;
  answer: FitAnswer | null;
  isBusy: boolean;
  /** Progress of the library of starts; null when there is none to compute. */
  library: FitProgress['library'] | null;
}

export interface SiteFitter extends FitState {
  start: (r: FitRequest) => void;
  stop: () => void;
}

const IDLE: FitState = { request: null, answer: null, isBusy: false, library: null };

/**
 * Fits sites on a web worker, which is kept with its library of starts for the next ones; a running fit can be stopped, since a grating may take many
 * seconds.
 */
export function useSiteFit(): SiteFitter {
  const [state, setState] = useState<FitState>(IDLE);
  const worker = useRef<Worker | null>(null);
  const isRunning = useRef(false);
  const stop = useCallback((): void => {
    worker.current?.terminate();
    worker.current = null;
    isRunning.current = false;
    setState((s) => ({ ...s, isBusy: false, library: null }));
  }, []);
  const start = useCallback((request: FitRequest): void => {
    if (isRunning.current) {
      worker.current?.terminate();
      worker.current = null;
    }
    const w = worker.current ?? new Worker(new URL('./fit-worker.ts', import.meta.url), { type: 'module' });
    worker.current = w;
    isRunning.current = true;
    setState({ request, answer: null, isBusy: true, library: null });
    const end = (answer: FitAnswer): void => {
      isRunning.current = false;
      setState({ request, answer, isBusy: false, library: null });
    };
    w.onmessage = ({ data }: MessageEvent<FitAnswer | FitProgress>) => {
      if ('library' in data) setState((s) => ({ ...s, library: data.library }));
      else end(data);
    };
    w.onerror = (e) => {
      w.terminate();
      worker.current = null;
      end({ error: e.message || 'the fit could not be loaded' });
    };
    w.postMessage(request);
  }, []);
  useEffect(() => () => worker.current?.terminate(), []);
  return { ...state, start, stop };
}
