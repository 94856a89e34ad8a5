'use client';
import { useState } from 'react';
import type { QuietHours } from '@/lib/services/notify/quiet';
import type { RulesPage } from '@/lib/services/notify/views/rules';
import { Panel } from '@/lib/ui/components/panel';
import { useAction } from '@/lib/ui/hooks/use-action';
import { saveQuiet } from './actions';
import { QuietFields } from './quiet-fields';
import { quietText } from './quiet-words';

/** The hours in which the person who looks is not told. */
export function QuietPanel({ email, quiet, zone }: { email: string; quiet: RulesPage['quiet']; zone: string }) {
  const [draft, setDraft] = useState<QuietHours | null>(quiet.spec);
  const { busy, run } = useAction();
  const isChanged = JSON.stringify(draft) !== JSON.stringify(quiet.spec);
  return (
    <Panel title="My quiet hours" note={quietText(quiet.spec)}>
      <div className="max-w-[560px]">
        <QuietFields value={draft} zone={zone} set={setDraft} />
        <p className="text-sm text-ink-2 mt-2">
          Messages to {email} wait in these hours and come as one at their end. Nothing is lost. Digests come at their own times.
        </p>
        <button
          type="button"
          className="btn btn-primary mt-2"
          disabled={!isChanged || busy}
          onClick={() => run(() => saveQuiet(email, quiet.version, draft))}
        >
          {busy ? 'Working…' : 'Save my quiet hours'}
        </button>
      </div>
    </Panel>
  );
}
