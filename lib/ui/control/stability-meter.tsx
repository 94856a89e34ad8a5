import { StatusMark } from '../components/status-mark';
import { num } from '../format';
import { marginOf } from './stability-facts';

const CELLS = 10;
const PITCH = 9;

/** Ten cells, filled up to the share of the stability bound that is used, pale up to what its interval allows; words beside it. */
export function StabilityMeter({ used, worst = used }: { used: number; worst?: number }) {
  const { status, words } = marginOf({ used, usedWorst: worst });
  const cells = (share: number): number => Math.min(CELLS, Math.max(0, Math.round(share * CELLS)));
  const filled = cells(used);
  const upTo = cells(worst);
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <svg
        width={CELLS * PITCH}
        height={12}
        role="img"
        aria-label={`${num(used, 2)} of the stability bound${worst > used ? `, up to ${num(worst, 2)}` : ''}, ${words}`}
      >
        {Array.from({ length: CELLS }, (_, i) => i).map((i) => (
          <rect
            key={i}
            x={i * PITCH}
            y={1}
            width={PITCH - 2}
            height={10}
            fill={i < filled ? `var(--${status})` : i < upTo ? 'var(--pale)' : 'none'}
            stroke={i < upTo ? `var(--${status})` : 'var(--hairline-strong)'}
          />
        ))}
      </svg>
      <StatusMark status={status} text={words} />
    </span>
  );
}
