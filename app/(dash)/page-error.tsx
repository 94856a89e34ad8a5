'use client';
import { InlineError } from '@/lib/ui/components/panel';

/** Shown by every page whose data could not be read. The digest leads to the cause in the server's log. */
export function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <div className="max-w-[72ch]">
      <h1 className="mb-2">This page could not be shown</h1>
      <InlineError
        message={`The data could not be read. The database may be restarting, or the record has passed its retention time.${error.digest ? ` Log reference ${error.digest}.` : ''}`}
        onRetry={reset}
      />
    </div>
  );
}
