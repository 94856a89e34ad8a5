'use client';
import { useState } from 'react';
import type { IncidentView } from '@/lib/services/alerts/views/incident';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { ChoiceField } from '@/lib/ui/components/text-field';
import { plural } from '@/lib/ui/format';
import { giveIncident, joinAlerts, splitAlerts } from '../actions';

interface Choosable {
  id: string;
  title: string;
  place: string;
}

/** A list of alerts of which some are chosen. */
function Choices({
  of,
  chosen,
  onChange,
}: {
  of: readonly Choosable[];
  chosen: ReadonlySet<string>;
  onChange: (c: ReadonlySet<string>) => void;
}) {
  const toggle = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChange(next);
  };
  return (
    <ul className="max-h-72 overflow-auto border border-hairline rounded">
      {of.map((a) => (
        <li key={a.id}>
          <label className="flex items-center gap-2 px-2 py-1 text-sm">
            <input type="checkbox" checked={chosen.has(a.id)} onChange={() => toggle(a.id)} />
            <span className="truncate min-w-0" title={a.title}>
              {a.title}
            </span>
            <span className="ml-auto text-ink-2 whitespace-nowrap">{a.place}</span>
          </label>
        </li>
      ))}
    </ul>
  );
}

/** Takes alerts of other incidents into this one. */
export function JoinDialog({ data, onClose }: { data: IncidentView; onClose: () => void }) {
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  return (
    <ReasonDialog
      open
      onClose={onClose}
      title="Join alerts of the same event"
      confirm={`Join ${plural(chosen.size, 'alert')}`}
      width={640}
      blocked={chosen.size === 0 ? 'Choose the alerts.' : null}
      onSubmit={(reason) => joinAlerts(data.id, data.version, [...chosen], reason)}
    >
      {data.others.length === 0 ? <p>No other alert waits.</p> : <Choices of={data.others} chosen={chosen} onChange={choose} />}
      <p className="text-sm text-ink-2 mt-1">
        Alerts that wait, those of the same tools first. They leave the incident that they are in.
      </p>
    </ReasonDialog>
  );
}

/** Takes alerts out into an incident of their own. */
export function SplitDialog({ data, onClose }: { data: IncidentView; onClose: () => void }) {
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const all = chosen.size === data.alerts.length;
  return (
    <ReasonDialog
      open
      onClose={onClose}
      title="Split alerts off"
      confirm={`Split ${plural(chosen.size, 'alert')} off`}
      width={640}
      blocked={chosen.size === 0 ? 'Choose the alerts.' : all ? 'Leave at least one.' : null}
      onSubmit={(reason) => splitAlerts(data.id, data.version, [...chosen], reason)}
    >
      <Choices
        of={data.alerts.map((a) => ({ id: a.id, title: a.title, place: `${a.tool ?? ''} ${a.chamber ?? ''}`.trim() }))}
        chosen={chosen}
        onChange={choose}
      />
      <p className="text-sm text-ink-2 mt-1">
        They become one incident of their own. Later signals join whichever the rules say.
      </p>
    </ReasonDialog>
  );
}

export function OwnerDialog({ data, email, onClose }: { data: IncidentView; email: string; onClose: () => void }) {
  const [owner, setOwner] = useState(data.owner ?? email);
  return (
    <ReasonDialog
      open
      onClose={onClose}
      title="Owner of the incident"
      confirm="Give"
      reasonLabel="Note"
      reasonRequired={false}
      onSubmit={(note) => giveIncident(data.id, data.version, owner === '' ? null : owner, note)}
    >
      <ChoiceField
        label="Owner"
        value={owner}
        onText={setOwner}
        options={[
          { value: '', label: 'nobody' },
          ...[...new Set([email, ...data.people])].map((p) => ({ value: p, label: p === email ? `me (${p})` : p })),
        ]}
      />
      <p className="text-sm text-ink-2 mt-1">Its alerts keep their owners; choose them below to hand them over at once.</p>
    </ReasonDialog>
  );
}
