'use client';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from 'react';
import type { ActionResult } from '../action-result';

interface Toast {
  id: number;
  text: string;
  kind: 'done' | 'error';
}
const ToastContext = createContext<(text: string, kind: 'done' | 'error') => void>(() => {});

/** Short confirmations at the bottom right. Errors stay until closed; confirmations disappear after six seconds. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [list, setList] = useState<Toast[]>([]);
  const next = useRef(1);
  const close = useCallback((id: number) => setList((l) => l.filter((t) => t.id !== id)), []);
  const show = useCallback((text: string, kind: 'done' | 'error') => {
    setList((l) => [...l.slice(-3), { id: next.current++, text, kind }]);
  }, []);
  return (
    <ToastContext.Provider value={show}>
      {children}
      <div className="fixed right-4 bottom-4 z-40 flex flex-col gap-2 w-[360px] no-print" aria-live="polite">
        {list.map((t) => (
          <ToastItem key={t.id} toast={t} close={close} />
        ))}
      </div>
    </ToastContext.Provider>
  );
}

function ToastItem({ toast, close }: { toast: Toast; close: (id: number) => void }) {
  useEffect(() => {
    if (toast.kind === 'error') return;
    const timer = setTimeout(() => close(toast.id), 6000);
    return () => clearTimeout(timer);
  }, [toast, close]);
  const isError = toast.kind === 'error';
  return (
    <div
      role={isError ? 'alert' : 'status'}
      className={`flex gap-2 bg-surface border border-hairline-strong border-l-2 ${isError ? 'border-l-out' : 'border-l-ok'} rounded px-3 py-2`}
    >
      <span aria-hidden="true" className={isError ? 'status-out' : 'status-ok'}>
        {isError ? '■' : '●'}
      </span>
      <span className="flex-1">{toast.text}</span>
      <button type="button" className="text-ink-3 hover:text-ink" aria-label="Close message" onClick={() => close(toast.id)}>
        ✕
      </button>
    </div>
  );
}

export const useToast = () => useContext(ToastContext);

/** Shows the outcome of a server action and returns whether it succeeded. */
export function useReport(): (r: ActionResult) => boolean {
  const show = useToast();
  return useCallback(
    (r) => {
      show(r.ok ? r.message : r.error, r.ok ? 'done' : 'error');
      return r.ok;
    },
    [show],
  );
}
