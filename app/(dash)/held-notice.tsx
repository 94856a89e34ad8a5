import Link from 'next/link';
import type { HoldLine } from '@/lib/services/holds/views/held';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { Ago } from '@/lib/ui/hooks/now';

/** "lot A1043", "chamber ETCH-03 B". */
export const holdName = (h: { scope: string; lot: string | null; tool: string | null; chamber: string | null }): string =>
  `${h.scope} ${[h.lot, h.tool, h.chamber].filter((w) => w !== null).join(' ')}`;

/** What is on hold here, by whom and why; nothing where nothing is. */
export function HeldNotice({ holds }: { holds: readonly HoldLine[] }) {
  if (holds.length === 0) return null;
  return (
    <ul className="mb-3 flex flex-col gap-1" aria-label="On hold">
      {holds.map((h) => (
        <li key={h.id}>
          <Link prefetch={false} href={`/holds?hold=${h.id}`} className="hover:underline">
            <StatusMark status="out" text={`${holdName(h)} is on hold: ${h.reason}`} wrap />
          </Link>
          <span className="text-ink-2">
            {` · ${h.placedBy}, `}
            <Ago at={h.placedMs} />
          </span>
        </li>
      ))}
    </ul>
  );
}
