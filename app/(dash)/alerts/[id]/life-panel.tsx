'use client';
import Link from 'next/link';
import { isSettled, stateWords } from '@/lib/services/alerts/states';
import type { AlertView } from '@/lib/services/evidence/alert';
import { Facts } from '@/lib/ui/components/evidence-panel';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { absoluteTime, duration, plural } from '@/lib/ui/format';
import { useNow } from '@/lib/ui/hooks/now';

/** "in 2 h" or "2 h ago", with the time on hover. */
function When({ at }: { at: number }) {
  const now = useNow();
  return (
    <span title={absoluteTime(at)} suppressHydrationWarning>
      {at > now ? `in ${duration(at - now)}` : `${duration(now - at)} ago`}
    </span>
  );
}

/** Past its due time, with its age. */
export function Due({ at, settled }: { at: number | null; settled: boolean }) {
  const now = useNow();
  if (at === null) return <span className="text-ink-3">none</span>;
  if (settled || at > now) return <When at={at} />;
  return (
    <span title={absoluteTime(at)} suppressHydrationWarning>
      <StatusMark status="out" text={`overdue by ${duration(now - at)}`} />
    </span>
  );
}

const CHECK: Readonly<Record<string, { status: 'ok' | 'warn' | 'out' | 'idle'; word: string }>> = {
  running: { status: 'warn', word: 'being checked' },
  passed: { status: 'ok', word: 'verified' },
  failed: { status: 'out', word: 'did not help' },
  waived: { status: 'idle', word: 'waived' },
};

/** How the alert is worked: state, owner, due, next escalation, snooze, check. */
export function LifePanel({ data }: { data: AlertView }) {
  const { alert, life } = data;
  const settled = isSettled(alert.state);
  const { check } = life;
  const last = check?.records.at(-1);
  const mails = life.told.filter((t) => t.state === 'failed');
  return (
    <Panel
      title="Life"
      note={
        <Link
          prefetch={false}
          className="link"
          href={`/alerts/policies?area=${encodeURIComponent(life.policy.area)}&severity=${life.policy.severity}`}
        >
          {`policy v${life.policy.version}${life.policy.area === '*' ? '' : ` of ${life.policy.area}`}`}
        </Link>
      }
    >
      <Facts
        facts={[
          ['State', stateWords(alert.state)],
          [
            'Owner',
            alert.assignee ?? (
              <span key="o" className="text-ink-3">
                nobody
              </span>
            ),
          ],
          settled && alert.dueMs === null ? null : ['Due', <Due key="d" at={alert.dueMs} settled={settled} />],
          life.waitingFor === null ? null : ['Waits for', life.waitingFor],
          life.waitingUntilMs === null ? null : ['At most', <When key="w" at={life.waitingUntilMs} />],
          alert.snoozedUntilMs === null ? null : ['Snoozed', <When key="s" at={alert.snoozedUntilMs} />],
          alert.snoozedUntilMs === null ? null : ['Because', life.snoozeReason],
          settled
            ? null
            : [
                'Next escalation',
                life.next === null ? (
                  <span key="n" className="text-ink-3">
                    none
                  </span>
                ) : alert.snoozedUntilMs !== null ? (
                  <span key="n" className="text-ink-2">{`step ${life.next.n} of ${life.next.of}, after the snooze`}</span>
                ) : (
                  <span key="n">
                    <When at={life.next.atMs} />
                    <span className="text-ink-2">{`, step ${life.next.n} of ${life.next.of}: ${life.next.to}`}</span>
                  </span>
                ),
              ],
          check === null
            ? null
            : [
                'Action',
                <span key="c">
                  <StatusMark status={CHECK[check.state]?.status ?? 'idle'} text={CHECK[check.state]?.word ?? check.state} />
                  <span className="block text-ink-2">
                    {check.state === 'running'
                      ? `${check.seen} of ${plural(check.points, 'point')} since ${absoluteTime(check.fromMs)}`
                      : check.reason}
                  </span>
                  {last && alert.chartId ? (
                    <Link prefetch={false} className="link" href={`/spc/${alert.chartId}?point=${last}`}>
                      {check.state === 'failed' ? 'The point that signalled' : 'The last of these points'}
                    </Link>
                  ) : null}
                </span>,
              ],
        ]}
      />
      {life.policy.pinned ? null : (
        <p className="text-sm text-ink-3 mt-2">Raised before there were policies: it has no due time and does not escalate.</p>
      )}
      {life.told.length > 0 ? (
        <details className="text-sm mt-2">
          <summary className="text-ink-2">{`Told in person: ${plural(life.told.length, 'message')}${mails.length > 0 ? `, ${mails.length} not delivered` : ''}`}</summary>
          <ul>
            {life.told.map((t) => (
              <li key={t.email + t.atMs} title={t.error ?? undefined}>
                {`${t.email}: ${t.state === 'on_screen' ? 'on screen, mail is not set up' : t.state}, `}
                <When at={t.atMs} />
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </Panel>
  );
}
