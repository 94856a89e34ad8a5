'use client';
import { InlineError } from '@/lib/ui/components/panel';

/** Shown when not even the frame could be read, e.g. while the database restarts. */
export default function RootError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main className="p-8 max-w-[72ch]">
      <h1 className="mb-2">Driftless cannot answer right now</h1>
      <InlineError
        message={`The server could not read its database. It may be starting; the page works again when it is back.${error.digest ? ` Log reference ${error.digest}.` : ''}`}
        onRetry={reset}
      />
    </main>
  );
}
