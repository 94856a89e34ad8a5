'use client';
import type { Judged } from '@/lib/services/control/judge-change';
import { Facts } from '@/lib/ui/components/evidence-panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { stabilityFacts, VERDICT_WORDS } from '@/lib/ui/control/stability-facts';
import { StabilityMeter } from '@/lib/ui/control/stability-meter';
import { num } from '@/lib/ui/format';

/** The stability meter of a configuration that is not in force yet, with its numbers and the effect of activation. */
export function JudgedStability({
  judged,
  lambda,
  label,
}: {
  judged: Pick<Judged, 'judgement' | 'timing'>;
  lambda: number;
  label: string;
}) {
  const j = judged.judgement;
  const status = j.verdict === 'free' ? 'ok' : j.verdict === 'second_person' ? 'warn' : 'out';
  return (
    <section className="mt-3 grid grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)] gap-4" aria-label={label} aria-live="polite">
      <div className="text-sm">
        <p className="flex flex-wrap items-center gap-x-3">
          <span>{`${num(j.used, 2)} of the bound`}</span>
          <StabilityMeter used={j.used} worst={j.usedWorst} />
        </p>
        <p>
          <StatusMark status={status} text={VERDICT_WORDS[j.verdict]} />
        </p>
        <ul className="list-disc pl-4 mt-1 text-ink-2">
          {j.reasons.map((r) => (
            <li key={r}>{r}</li>
          ))}
          {j.gainSource === 'history' ? null : <li>{`History does not show the gain: ${j.gainReason}`}</li>}
        </ul>
      </div>
      <Facts facts={stabilityFacts(j, judged.timing, lambda)} />
    </section>
  );
}
