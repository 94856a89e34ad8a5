'use client';
import type { ReactNode } from 'react';
import { absoluteTime, relativeTime } from '../format';
import { isOutOfDate, useLiveState } from '../hooks/live';
import { useNow } from '../hooks/now';

export interface PanelProps {
  title: string;
  /** Time of the newest data in it, ms; null: there are none yet; undefined: not live, no age is shown. A live panel greys out without the event stream. */
  asOf?: number | null | undefined;
  /** Controls at the right of the title. */
  actions?: ReactNode;
  /** One line under the title: what is shown, "Top 25 of 487". */
  note?: ReactNode;
  /** Why nothing is here and what to do next; shown instead of the children. */
  empty?: ReactNode | undefined;
  error?: string | undefined;
  children?: ReactNode;
  className?: string;
  flush?: boolean;
}

/** A titled region with its age. Hairline above, no box in a box. */
export function Panel({ title, asOf, actions, note, empty, error, children, className, flush }: PanelProps) {
  const now = useNow();
  const live = useLiveState();
  const isStale = asOf !== undefined && isOutOfDate(live, now);
  const id = `panel-${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
  return (
    <section aria-labelledby={id} className={`panel min-w-0 bg-surface border border-hairline rounded ${className ?? ''}`}>
      <header className="flex items-baseline gap-3 px-3 pt-2 pb-1 min-h-9">
        <h2 id={id} className="whitespace-nowrap">
          {title}
        </h2>
        {note ? <span className="text-sm text-ink-2 truncate min-w-0">{note}</span> : null}
        <span className="ml-auto flex items-center gap-2 text-sm text-ink-3 whitespace-nowrap">
          {asOf !== undefined ? (
            <span title={asOf === null ? undefined : absoluteTime(asOf)} suppressHydrationWarning>
              {isStale ? 'not live, ' : ''}
              {asOf === null ? 'no data yet' : `newest ${relativeTime(asOf, now)}`}
            </span>
          ) : null}
          {actions}
        </span>
      </header>
      <div className={`${flush ? '' : 'px-3 pb-3'} ${isStale ? 'saturate-50' : ''}`}>
        {error ? <InlineError message={error} /> : empty ? <Empty>{empty}</Empty> : children}
      </div>
    </section>
  );
}

/** An empty panel: why, and what to do next. */
export function Empty({ children }: { children: ReactNode }) {
  return <div className="py-6 px-3 text-center text-ink-2 max-w-[60ch] mx-auto">{children}</div>;
}

export function InlineError({ message, onRetry }: { message: string; onRetry?: () => void }) {
  return (
    <div role="alert" className="my-1 border-l-2 border-out bg-out-wash px-3 py-2 text-ink">
      <span aria-hidden="true" className="status-out mr-1">
        ■
      </span>
      {message}
      {onRetry ? (
        <button type="button" className="link ml-3" onClick={onRetry}>
          Try again
        </button>
      ) : null}
    </div>
  );
}

/** Grey block that reserves the space of what is loading. */
export function Skeleton({ height, className }: { height: number; className?: string }) {
  return <div aria-hidden="true" className={`skeleton ${className ?? ''}`} style={{ height }} />;
}

/** Page head: title, a line below it, actions to the right. */
export function PageHead({ title, sub, actions }: { title: ReactNode; sub?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="flex items-start gap-4 mb-3">
      <div className="min-w-0">
        <h1 className="line-clamp-2">{title}</h1>
        {sub ? <p className="text-ink-2">{sub}</p> : null}
      </div>
      {actions ? <div className="ml-auto flex items-center gap-2 no-print">{actions}</div> : null}
    </div>
  );
}
