'use client';
import { useState } from 'react';
import type { DeadLetter } from '@/lib/services/system/views/system';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { Gate, type Gated, needsRole } from '@/lib/ui/components/gate';
import { Panel } from '@/lib/ui/components/panel';
import { plural } from '@/lib/ui/format';
import { Ago } from '@/lib/ui/hooks/now';
import { useAction } from '@/lib/ui/hooks/use-action';
import { dismissDeadLetter, replayDeadLetter } from './actions';

/** Work that failed for good: its error, its payload, and the actions retry and dismiss. */
export function DeadLetters({ rows, total, may }: { rows: readonly DeadLetter[]; total: number; may: boolean }) {
  const [asked, ask] = useState<DeadLetter | null>(null);
  const [shown, show] = useState<number | null>(null);
  const { busy, run } = useAction();
  const columns = (gated: Gated): Column<DeadLetter>[] => [
    { key: 'queue', header: 'Queue', value: (t) => t.queue },
    {
      key: 'error',
      header: 'Error',
      value: (t) => t.error ?? '',
      cell: (t) => (
        <div className="max-w-[64ch]">
          <span className="block truncate" title={t.error ?? undefined}>
            {t.error ?? 'no error was recorded'}
          </span>
          {shown === t.id ? <pre className="text-xs whitespace-pre-wrap break-all mt-1 bg-sunken p-2">{t.payload}</pre> : null}
        </div>
      ),
    },
    { key: 'attempts', header: 'Attempts', numeric: true, value: (t) => t.attempts },
    { key: 'created', header: 'Requested', numeric: true, time: (t) => t.createdMs, cell: (t) => <Ago at={t.createdMs} /> },
    {
      key: 'do',
      header: 'Do',
      cell: (t) => (
        <span className="flex gap-1 justify-end">
          <button
            type="button"
            className="btn h-6! text-sm!"
            aria-expanded={shown === t.id}
            onClick={() => show(shown === t.id ? null : t.id)}
          >
            Payload
          </button>
          <button type="button" className="btn h-6! text-sm!" {...gated} onClick={() => run(() => replayDeadLetter(t.id))}>
            Replay
          </button>
          <button type="button" className="btn h-6! text-sm!" {...gated} onClick={() => ask(t)}>
            Dismiss…
          </button>
        </span>
      ),
    },
  ];
  return (
    <Panel title="Dead letters" note={total > 0 ? plural(total, 'task') : null} flush>
      <Gate waits={may || rows.length === 0 ? null : needsRole('engineer')} busy={busy} className="block px-3 py-1">
        {(gated) => (
          <DataTable
            label="Dead letters"
            rows={rows}
            columns={columns(gated)}
            rowKey={(t) => String(t.id)}
            total={total}
            empty="No task has failed for good. A task that fails is tried five times with growing pauses before it comes here."
            maxHeight={360}
          />
        )}
      </Gate>
      <ReasonDialog
        open={asked !== null}
        onClose={() => ask(null)}
        title={`Dismiss task ${asked?.id ?? ''} of ${asked?.queue ?? ''}`}
        confirm="Dismiss"
        onSubmit={(reason) => dismissDeadLetter(asked!.id, reason)}
      >
        <p>The work is given up: what it would have computed will be missing. Payload and error stay in the audit trail.</p>
      </ReasonDialog>
    </Panel>
  );
}
