'use client';
import Link from 'next/link';
import { useState } from 'react';
import type { LimitsNotice } from '@/lib/services/spc/limits/views/proposals';
import { CHOICE_WORDS, type ChartKind, hasSigmaChoice, SIGMA_CHOICES, type SigmaChoice } from '@/lib/spc';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { useAddress } from '@/lib/ui/components/filter-bar';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { ChoiceField } from '@/lib/ui/components/text-field';
import { askForLimits, confirmFirst } from '../limits/actions';

const DAYS = [7, 30, 90, 365] as const;
const DAY = 86_400_000;

interface Props {
  chart: { readonly id: string; readonly title: string; readonly kind: ChartKind };
  notice: LimitsNotice;
  canChange: boolean;
}

/** What waits for this chart: a proposal, or a look at its first limits; and the way to propose new ones. */
export function LimitsActions({ chart, notice, canChange }: Props) {
  const address = useAddress();
  const [asked, ask] = useState<'propose' | 'confirm' | null>(
    canChange && notice.waiting === null && address.get('do') === 'propose' ? 'propose' : null,
  );
  return (
    <>
      {notice.waiting === null ? null : (
        <Link prefetch={false} href={`/spc/limits/${notice.waiting.id}`} className="btn">
          <StatusMark status="warn" text={notice.waiting.state === 'computing' ? 'limits being studied' : 'limits proposed'} />
        </Link>
      )}
      {canChange && notice.unconfirmed ? (
        <button type="button" className="btn" onClick={() => ask('confirm')}>
          Confirm first limits…
        </button>
      ) : null}
      {canChange && notice.waiting === null ? (
        <button type="button" className="btn" onClick={() => ask('propose')}>
          Propose limits…
        </button>
      ) : null}
      {asked === 'propose' ? <ProposeDialog chart={chart} first={address.get('sigma')} onClose={() => ask(null)} /> : null}
      {asked === 'confirm' ? (
        <ReasonDialog
          open
          onClose={() => ask(null)}
          title="First limits"
          confirm="Confirm"
          onSubmit={(reason) => confirmFirst([chart.id], reason)}
        >
          <p className="text-sm">They hold since the baseline was complete. Confirming says that somebody has looked at them.</p>
        </ReasonDialog>
      ) : null}
    </>
  );
}

/** Window and choices of a study. */
function ProposeDialog({
  chart,
  first,
  onClose,
}: {
  chart: Props['chart'];
  /** The sigma that a link proposes. */
  first: string | null;
  onClose: () => void;
}) {
  const [days, setDays] = useState('90');
  const [sigma, setSigma] = useState<SigmaChoice>(SIGMA_CHOICES.find((c) => c === first) ?? 'kind');
  const [use, setUse] = useState<'last' | 'all'>('last');
  const hasChoice = hasSigmaChoice(chart.kind);
  const send = (reason: string) => {
    const now = Date.now();
    const window = { from: new Date(now - Number(days) * DAY).toISOString(), to: new Date(now).toISOString() };
    return askForLimits(chart.id, { ...window, sigma, use }, reason);
  };
  return (
    <ReasonDialog open onClose={onClose} title={`Propose limits: ${chart.title}`} confirm="Study the history" onSubmit={send}>
      <div className="grid grid-cols-2 gap-2">
        <ChoiceField
          label="History"
          value={days}
          onText={setDays}
          options={DAYS.map((d) => ({ value: String(d), label: `last ${d} days` }))}
        />
        <ChoiceField
          label="Points"
          value={use}
          onText={(v) => setUse(v === 'all' ? 'all' : 'last')}
          options={[
            { value: 'last', label: 'newest phase, by change points' },
            { value: 'all', label: 'all of the window' },
          ]}
        />
        {hasChoice ? (
          <ChoiceField
            label="Sigma"
            value={sigma}
            onText={(v) => setSigma(SIGMA_CHOICES.find((c) => c === v) ?? 'kind')}
            options={SIGMA_CHOICES.map((value) => ({ value, label: CHOICE_WORDS[value] }))}
          />
        ) : null}
      </div>
      <p className="text-sm text-ink-2 mt-2">
        Nothing changes: the limits that the history gives are compared with those in force, and wait for a decision under SPC,
        Limits.
      </p>
    </ReasonDialog>
  );
}
