'use client';
import { useState } from 'react';
import type { RotaSpec } from '@/lib/services/rota/rota';
import type { RotaPage, RotaView } from '@/lib/services/rota/views/rotas';
import { instantOf, minutesOf } from '@/lib/services/rota/zone';
import { ReasonDialog } from '@/lib/ui/components/dialog';
import { ChoiceField, TextField } from '@/lib/ui/components/text-field';
import { addOverride, saveRotaVersion } from '../actions';
import { DAY_CHOICES, readDays } from '../quiet-words';

interface ShiftText {
  id: string;
  name: string;
  days: string;
  from: string;
  to: string;
  members: string;
  turnDays: string;
  startsOn: string;
}

let made = 0;
const newId = (): string => `shift ${++made}`;
const today = (): string => new Date().toISOString().slice(0, 10);

const shiftsOf = (spec: RotaSpec): ShiftText[] =>
  spec.shifts.map((s) => ({
    ...s,
    id: newId(),
    days: s.days.join(','),
    members: s.members.join(', '),
    turnDays: String(s.turnDays),
  }));

const firstShift = (): ShiftText => ({
  id: newId(),
  name: 'week',
  days: '',
  from: '07:00',
  to: '07:00',
  members: '',
  turnDays: '7',
  startsOn: today(),
});

const listed = (text: string): string[] =>
  text
    .split(',')
    .map((t) => t.trim())
    .filter((t) => t !== '');

function missing(name: string, shifts: readonly ShiftText[]): string | null {
  if (name.trim() === '') return 'Give the rota a name.';
  for (const s of shifts) {
    if (s.name.trim() === '') return 'Give each shift a name.';
    if (listed(s.members).length === 0) return `${s.name}: name who takes turns, by commas.`;
    if (!/^\d+$/.test(s.turnDays.trim())) return `${s.name}: a turn is a whole number of days.`;
  }
  return null;
}

/** A rota, new or its next version. */
export function RotaDialog({ data, rota, onClose }: { data: RotaPage; rota: RotaView | null; onClose: () => void }) {
  const [name, setName] = useState(rota?.name ?? '');
  const [area, setArea] = useState(rota?.area ?? '*');
  const [zone, setZone] = useState(rota?.spec.zone ?? data.zone);
  const [shifts, setShifts] = useState(() => (rota === null ? [firstShift()] : shiftsOf(rota.spec)));
  const change = (id: string, patch: Partial<ShiftText>): void =>
    setShifts(shifts.map((s) => (s.id === id ? { ...s, ...patch } : s)));
  const send = (reason: string) =>
    saveRotaVersion(
      {
        name: name.trim(),
        area,
        seen: rota?.version ?? 0,
        spec: {
          zone: zone.trim(),
          shifts: shifts.map((s) => ({
            name: s.name.trim(),
            days: readDays(s.days),
            from: s.from,
            to: s.to,
            members: listed(s.members),
            turnDays: Number(s.turnDays),
            startsOn: s.startsOn,
          })),
        },
      },
      reason,
    );
  return (
    <ReasonDialog
      open
      onClose={onClose}
      title={rota === null ? 'New rota' : `${rota.name}: version ${rota.version + 1}`}
      confirm={rota === null ? 'Add the rota' : `Activate version ${rota.version + 1}`}
      width={860}
      blocked={missing(name, shifts)}
      onSubmit={send}
    >
      <div className="grid grid-cols-3 gap-3">
        <TextField label="Name" value={name} onText={setName} disabled={rota !== null} maxLength={60} autoComplete="off" />
        <ChoiceField
          label="Area"
          value={area}
          onText={setArea}
          options={[{ value: '*', label: 'all areas' }, ...data.areas.map((a) => ({ value: a, label: a }))]}
        />
        <TextField label="Time zone" value={zone} onText={setZone} autoComplete="off" />
      </div>
      {shifts.map((s) => (
        <fieldset key={s.id} className="mt-3 border-t border-hairline pt-2">
          <legend className="sr-only">{`Shift ${s.name}`}</legend>
          <div className="grid grid-cols-[1fr_110px_90px_90px_90px_140px_auto] gap-2 items-end">
            <TextField label="Shift" value={s.name} onText={(v) => change(s.id, { name: v })} autoComplete="off" />
            <ChoiceField label="Days" value={s.days} onText={(days) => change(s.id, { days })} options={DAY_CHOICES} />
            <TextField label="From" placeholder="06:30" value={s.from} onText={(from) => change(s.id, { from })} />
            <TextField label="To" placeholder="06:30" value={s.to} onText={(to) => change(s.id, { to })} />
            <TextField
              label="Turn, days"
              value={s.turnDays}
              onText={(turnDays) => change(s.id, { turnDays })}
              inputMode="numeric"
            />
            <TextField label="First turn" type="date" value={s.startsOn} onText={(startsOn) => change(s.id, { startsOn })} />
            <button
              type="button"
              className="btn btn-quiet"
              aria-label={`Remove shift ${s.name}`}
              disabled={shifts.length === 1}
              onClick={() => setShifts(shifts.filter((x) => x.id !== s.id))}
            >
              ✕
            </button>
          </div>
          <div className="grid grid-cols-[minmax(0,1fr)_240px] gap-2 items-end mt-1">
            <TextField
              label="Takes turns, in this order, by commas"
              value={s.members}
              onText={(members) => change(s.id, { members })}
              autoComplete="off"
            />
            <ChoiceField
              label="Add"
              value=""
              onText={(p) => (p === '' ? undefined : change(s.id, { members: [...listed(s.members), p].join(', ') }))}
              options={[{ value: '', label: 'Choose…' }, ...data.people.map((p) => ({ value: p, label: p }))]}
            />
          </div>
        </fieldset>
      ))}
      <button
        type="button"
        className="btn h-7! text-sm! mt-2"
        disabled={shifts.length >= 12}
        onClick={() => setShifts([...shifts, { ...firstShift(), name: `shift ${shifts.length + 1}` }])}
      >
        Add a shift
      </button>
      <p className="text-sm text-ink-2 mt-2">
        The same time twice is a shift of a day. Handovers go by the clock on the wall: a night in which clocks are set lasts an
        hour less or more.
      </p>
    </ReasonDialog>
  );
}

/** A time as `datetime-local` gives it, in the zone of the rota. */
const instant = (zone: string, local: string): string =>
  new Date(instantOf(zone, local.slice(0, 10), minutesOf(local.slice(11, 16)))).toISOString();

/** Somebody takes the place of somebody for a time. */
export function OverrideDialog({ rota, people, onClose }: { rota: RotaView; people: readonly string[]; onClose: () => void }) {
  const [o, setO] = useState({ shift: '', from: '', to: '', insteadOf: '', person: '' });
  const set = (patch: Partial<typeof o>): void => setO({ ...o, ...patch });
  const members = [...new Set(rota.spec.shifts.flatMap((s) => s.members))];
  const blocked = o.from === '' || o.to === '' ? 'Say from when to when.' : null;
  const send = (reason: string) =>
    addOverride(
      {
        rota: rota.name,
        shift: o.shift === '' ? null : o.shift,
        from: instant(rota.spec.zone, o.from),
        to: instant(rota.spec.zone, o.to),
        insteadOf: o.insteadOf === '' ? null : o.insteadOf,
        person: o.person === '' ? null : o.person,
      },
      reason,
    );
  return (
    <ReasonDialog
      open
      onClose={onClose}
      title={`${rota.name}: swap or holiday`}
      confirm="Put it in"
      width={640}
      blocked={blocked}
      onSubmit={send}
    >
      <div className="grid grid-cols-2 gap-3">
        <TextField label={`From (${rota.spec.zone})`} type="datetime-local" value={o.from} onText={(from) => set({ from })} />
        <TextField label={`To (${rota.spec.zone})`} type="datetime-local" value={o.to} onText={(to) => set({ to })} />
        <ChoiceField
          label="On call then"
          value={o.person}
          onText={(person) => set({ person })}
          options={[{ value: '', label: 'nobody' }, ...people.map((p) => ({ value: p, label: p }))]}
        />
        <ChoiceField
          label="Instead of"
          value={o.insteadOf}
          onText={(insteadOf) => set({ insteadOf })}
          options={[{ value: '', label: 'whoever it is' }, ...members.map((m) => ({ value: m, label: m }))]}
        />
        <ChoiceField
          label="Shift"
          value={o.shift}
          onText={(shift) => set({ shift })}
          options={[{ value: '', label: 'every shift' }, ...rota.spec.shifts.map((s) => ({ value: s.name, label: s.name }))]}
        />
      </div>
      <p className="text-sm text-ink-2 mt-2">For a swap put both halves in: each for the turn that is given away.</p>
    </ReasonDialog>
  );
}
