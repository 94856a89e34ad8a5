import { Skeleton } from '@/lib/ui/components/panel';

/** Placeholder of a page that is loading: title, filters, panels of about the final heights (each a different one), so that nothing jumps. */
export function LoadingPage({ panels }: { panels: readonly number[] }) {
  return (
    <div aria-busy="true">
      <span className="sr-only" role="status">
        Loading
      </span>
      <Skeleton height={24} className="w-72 mb-2" />
      <Skeleton height={28} className="w-[480px] mb-4" />
      <div className="flex flex-col gap-3">
        {panels.map((h) => (
          <Skeleton key={h} height={h} className="w-full" />
        ))}
      </div>
    </div>
  );
}
