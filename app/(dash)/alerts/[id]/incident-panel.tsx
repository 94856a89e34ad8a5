'use client';
import Link from 'next/link';
import type { AlertView } from '@/lib/services/evidence/alert';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark, severityStatus } from '@/lib/ui/components/status-mark';
import { markOf } from '../state-words';

/** The other alerts of the same event. */
export function IncidentPanel({ incident }: { incident: AlertView['incident'] }) {
  if (incident === null) return null;
  return (
    <Panel
      title="Incident"
      actions={
        <Link prefetch={false} className="link" href={`/incidents/${incident.id}`}>
          {`${incident.total} alerts`}
        </Link>
      }
    >
      <ul className="text-sm">
        {incident.others.map((o) => (
          <li key={o.id}>
            <Link prefetch={false} href={`/alerts/${o.id}`} className="flex gap-2 py-1 hover:underline" title={o.title}>
              <StatusMark status={markOf(o.state, severityStatus(o.severity))} text={o.severity} hideText />
              <span className="truncate">{o.title}</span>
            </Link>
          </li>
        ))}
        {incident.total - 1 > incident.others.length ? (
          <li className="text-ink-3">{`and ${incident.total - 1 - incident.others.length} more`}</li>
        ) : null}
      </ul>
    </Panel>
  );
}
