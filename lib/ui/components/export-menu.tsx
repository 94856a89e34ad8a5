'use client';
import { useEffect, useRef, useState } from 'react';

export interface ExportItem {
  label: string;
  run: () => void | Promise<void>;
}

/** A small menu of exports: CSV, PNG, SVG, link. Arrows and Escape work. */
export function ExportMenu({ items, label = 'Export' }: { items: readonly ExportItem[]; label?: string }) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    root.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
    const away = (e: MouseEvent): void => {
      if (!root.current?.contains(e.target as Node)) setOpen(false);
    };
    window.addEventListener('mousedown', away);
    return () => window.removeEventListener('mousedown', away);
  }, [open]);
  const onKeyDown = (e: React.KeyboardEvent): void => {
    if (!open) return;
    const all = [...(root.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
    const i = all.indexOf(document.activeElement as HTMLElement);
    if (e.key === 'Escape') {
      setOpen(false);
      root.current?.querySelector('button')?.focus();
    } else if (e.key === 'ArrowDown') all[(i + 1) % all.length]?.focus();
    else if (e.key === 'ArrowUp') all[(i - 1 + all.length) % all.length]?.focus();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <div ref={root} className="relative inline-block no-print text-ink">
      <button
        type="button"
        className="btn h-6! px-2! text-sm!"
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen((o) => !o)}
      >
        {label}
        <span aria-hidden="true" className="text-ink-3">
          ▾
        </span>
      </button>
      {open ? (
        <div
          role="menu"
          onKeyDown={onKeyDown}
          aria-label={label}
          className="absolute right-0 top-full mt-1 z-30 min-w-40 bg-surface border border-hairline-strong rounded py-1"
        >
          {items.map((item) => (
            <button
              key={item.label}
              type="button"
              role="menuitem"
              className="block w-full text-left px-3 py-1 hover:bg-sunken focus:bg-sunken"
              onClick={() => {
                setOpen(false);
                void item.run();
              }}
            >
              {item.label}
            </button>
          ))}
        </div>
      ) : null}
    </div>
  );
}
