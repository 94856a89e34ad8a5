'use client';
import type { AlertView } from '@/lib/services/evidence/alert';
import { Panel } from '@/lib/ui/components/panel';
import { shortTime } from '@/lib/ui/format';
import { Ago } from '@/lib/ui/hooks/now';

/** Newest first. Repeated entries are shown once, with their count and first and last time. */
export function History({ rows }: { rows: AlertView['history'] }) {
  return (
    <Panel title="History">
      <ol className="flex flex-col gap-2 text-sm">
        {[...rows].reverse().map((h) => (
          <li key={h.id}>
            <div className="flex gap-2">
              <b className="whitespace-nowrap">{h.times > 1 ? `${h.what} × ${h.times}` : h.what}</b>
              <span className="text-ink-2 truncate min-w-0" title={h.actor}>
                {h.actor}
              </span>
              <span className="ml-auto text-ink-3 whitespace-nowrap">
                <Ago at={h.lastMs} />
              </span>
            </div>
            {h.times > 1 ? <p className="text-ink-3">{`first ${shortTime(h.firstMs)}, last ${shortTime(h.lastMs)}`}</p> : null}
            {h.text ? <p className="text-ink-2">{h.text}</p> : null}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
