'use client';
import Link from 'next/link';
import type { ReactNode } from 'react';

export interface EvidenceLink {
  label: string;
  href: string;
  detail?: string;
}

export interface EvidencePanelProps {
  title: string;
  /** Label and value pairs, in reading order; null values are left out. */
  facts: readonly (readonly [string, ReactNode] | null)[];
  /** Links to every other view of the same wafer, run or chart. */
  links?: readonly EvidenceLink[];
  children?: ReactNode;
  onClose?: () => void;
}

/** The right-hand panel: the selected item, what is known about it, and links. */
export function EvidencePanel({ title, facts, links, children, onClose }: EvidencePanelProps) {
  return (
    <aside aria-label={title} className="bg-surface border border-hairline rounded p-3">
      <div className="flex items-baseline mb-2">
        <h2>{title}</h2>
        {onClose ? (
          <button
            type="button"
            className="ml-auto text-ink-3 hover:text-ink px-1"
            aria-label="Clear the selection"
            onClick={onClose}
          >
            ✕
          </button>
        ) : null}
      </div>
      <Facts facts={facts} />
      {children}
      {links && links.length > 0 ? (
        <ul className="mt-3 border-t border-hairline pt-2" aria-label="Go to">
          {links.map((l) => (
            <li key={l.href + l.label}>
              <Link
                prefetch={false}
                href={l.href}
                className="flex items-baseline gap-2 py-0.5 hover:bg-sunken -mx-1 px-1 rounded"
              >
                <span className="link">{l.label}</span>
                {l.detail ? <span className="ml-auto text-sm text-ink-2 truncate">{l.detail}</span> : null}
              </Link>
            </li>
          ))}
        </ul>
      ) : null}
    </aside>
  );
}

export function Facts({ facts }: { facts: EvidencePanelProps['facts'] }) {
  return (
    <dl className="facts">
      {facts.map((f) =>
        f === null || f[1] === null || f[1] === undefined || f[1] === '' ? null : (
          <div key={f[0]} className="contents">
            <dt>{f[0]}</dt>
            <dd>{f[1]}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
