'use client';
import { useEffect, useRef, useState } from 'react';
import type { MetrologyRecipe, SpectrumAxis } from '@/lib/recipes';
import type { ModelAnswer, ModelRequest } from './model-worker';

export interface ForwardState {
  readonly answer: ModelAnswer | null;
  /** A newer request is being computed; what is shown belongs to an older one. */
  readonly isBehind: boolean;
}

/**
 * The forward model of a recipe on a web worker. Requests that arrive while one is being computed wait, and only the last of them is sent: the model
 * is never more than one step behind the slider.
 */
export function useForwardModel(
  recipe: MetrologyRecipe | null,
  axis: SpectrumAxis,
  truncation: number | null,
  values: readonly number[],
  withSensitivity = false,
): ForwardState {
  const [state, setState] = useState<ForwardState>({ answer: null, isBehind: false });
  const worker = useRef<Worker | null>(null);
  const busy = useRef(false);
  const waiting = useRef<Omit<ModelRequest, 'id'> | null>(null);
  const next = useRef(1);

  useEffect(() => {
    const w = new Worker(new URL('./model-worker.ts', import.meta.url), { type: 'module' });
    worker.current = w;
    busy.current = false;
    w.onmessage = (e: MessageEvent<ModelAnswer>) => {
      busy.current = false;
      const q = waiting.current;
      waiting.current = null;
      setState({ answer: e.data, isBehind: q !== null });
      if (q) send(w, q);
    };
    w.onerror = (e) => {
      busy.current = false;
      setState({
        answer: { id: 0, error: { message: e.message || 'the model could not be loaded', field: null } },
        isBehind: false,
      });
    };
    const send = (to: Worker, q: Omit<ModelRequest, 'id'>): void => {
      busy.current = true;
      to.postMessage({ ...q, id: next.current++ });
    };
    if (waiting.current) {
      send(w, waiting.current);
      waiting.current = null;
    }
    return () => {
      w.terminate();
      worker.current = null;
    };
  }, []);

  const question = recipe === null ? null : JSON.stringify({ recipe, axis, truncation, values, withSensitivity });
  useEffect(() => {
    if (question === null) return;
    const q = JSON.parse(question) as Omit<ModelRequest, 'id'>;
    if (busy.current || worker.current === null) {
      waiting.current = q;
      setState((s) => ({ ...s, isBehind: true }));
      return;
    }
    busy.current = true;
    setState((s) => ({ ...s, isBehind: true }));
    worker.current.postMessage({ ...q, id: next.current++ });
  }, [question]);

  return state;
}
