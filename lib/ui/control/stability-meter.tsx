import { StatusMark } from '../components/status-mark';
import { num } from '../format';
import type { Status } from '../tokens';

const CELLS = 10;
const PITCH = { full: 9, compact: 6 } as const;

/** Below half of the bound the gain may double before anything oscillates. */
export const stabilityStatus = (used: number): Status => (used < 0.5 ? 'ok' : used < 1 ? 'warn' : 'out');

/** Ten cells, filled up to the share of the stability bound that is used, pale up to what its interval allows; words beside it. */
export function StabilityMeter({ used, worst = used, compact = false }: { used: number; worst?: number; compact?: boolean }) {
  const status = stabilityStatus(worst < 1 ? used : Math.max(used, 0.5));
  const pitch = compact ? PITCH.compact : PITCH.full;
  const cells = (share: number): number => Math.min(CELLS, Math.max(0, Math.round(share * CELLS)));
  const filled = cells(used);
  const upTo = cells(worst);
  const words = status === 'ok' ? 'ample' : status === 'warn' ? 'little margin' : 'unstable';
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <svg
        width={CELLS * pitch}
        height={12}
        role="img"
        aria-label={`${num(used, 2)} of the stability bound${worst > used ? `, up to ${num(worst, 2)}` : ''}, ${words}`}
      >
        {Array.from({ length: CELLS }, (_, i) => i).map((i) => (
          <rect
            key={i}
            x={i * pitch}
            y={1}
            width={pitch - 2}
            height={10}
            fill={i < filled ? `var(--${status})` : i < upTo ? 'var(--pale)' : 'none'}
            stroke={i < upTo ? `var(--${status})` : 'var(--hairline-strong)'}
          />
        ))}
      </svg>
      {compact ? <span className="text-sm">{num(used, 2)}</span> : <StatusMark status={status} text={words} />}
    </span>
  );
}
