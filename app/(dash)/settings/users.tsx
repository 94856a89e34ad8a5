'use client';
import { useState, useTransition } from 'react';
import type { SettingsView } from '@/lib/services/views/settings';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Dialog } from '@/lib/ui/components/dialog';
import { InlineError, Panel } from '@/lib/ui/components/panel';
import { useReport } from '@/lib/ui/components/toast';
import { Ago } from '@/lib/ui/hooks/now';
import { addUser, changeRole } from './actions';

const ROLES = [
  { value: 'viewer', means: 'sees everything' },
  { value: 'operator', means: 'acknowledges and closes alerts' },
  { value: 'engineer', means: 'changes limits, loops and models' },
  { value: 'administrator', means: 'manages users, keys and channels' },
] as const;

type User = SettingsView['users'][number];

export function UsersPanel({ users, me }: { users: readonly User[]; me: string }) {
  const report = useReport();
  const [busy, start] = useTransition();
  const [adding, add] = useState(false);
  const columns: Column<User>[] = [
    { key: 'name', header: 'Name', value: (u) => u.name, cell: (u) => (u.id === me ? `${u.name} (you)` : u.name) },
    { key: 'email', header: 'E-mail', value: (u) => u.email },
    {
      key: 'role',
      header: 'Role',
      value: (u) => u.role,
      cell: (u) => (
        <select
          aria-label={`Role of ${u.email}`}
          className="field h-6! text-sm!"
          value={u.role}
          disabled={busy}
          onChange={(e) => start(async () => void report(await changeRole(u.id, e.target.value)))}
        >
          {ROLES.map((r) => (
            <option key={r.value} value={r.value}>
              {`${r.value}: ${r.means}`}
            </option>
          ))}
        </select>
      ),
    },
    { key: 'seen', header: 'Last session', numeric: true, value: (u) => u.lastSeenMs, cell: (u) => <Ago at={u.lastSeenMs} /> },
    { key: 'created', header: 'Since', numeric: true, value: (u) => u.createdMs, cell: (u) => <Ago at={u.createdMs} /> },
  ];
  return (
    <Panel
      title="Users"
      note="each role may do what the ones before it may"
      flush
      actions={
        <button type="button" className="btn h-7! text-sm!" onClick={() => add(true)}>
          Add a user…
        </button>
      }
    >
      <DataTable label="Users" rows={users} columns={columns} rowKey={(u) => u.id} empty="There is no user." maxHeight={320} />
      <Dialog open={adding} onClose={() => add(false)} title="Add a user">
        <UserForm onDone={() => add(false)} />
      </Dialog>
    </Panel>
  );
}

function UserForm({ onDone }: { onDone: () => void }) {
  const report = useReport();
  const [busy, start] = useTransition();
  const [error, setError] = useState<string | null>(null);
  const submit = (data: FormData): void =>
    start(async () => {
      const r = await addUser({
        name: String(data.get('name') ?? ''),
        email: String(data.get('email') ?? ''),
        role: String(data.get('role') ?? ''),
        password: String(data.get('password') ?? ''),
      });
      if (r.ok) {
        report(r);
        onDone();
      } else setError(r.error);
    });
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        submit(new FormData(e.currentTarget));
      }}
    >
      <label className="block mb-2">
        <span className="label">Name</span>
        <input name="name" className="field w-full" required maxLength={120} autoComplete="off" />
      </label>
      <label className="block mb-2">
        <span className="label">E-mail</span>
        <input name="email" type="email" className="field w-full" required maxLength={200} autoComplete="off" />
      </label>
      <label className="block mb-2">
        <span className="label">Role</span>
        <select name="role" className="field w-full" defaultValue="viewer">
          {ROLES.map((r) => (
            <option key={r.value} value={r.value}>
              {`${r.value}: ${r.means}`}
            </option>
          ))}
        </select>
      </label>
      <label className="block mb-2">
        <span className="label">First password, 8 characters or more</span>
        <input name="password" type="password" className="field w-full" required minLength={8} autoComplete="new-password" />
      </label>
      {error ? <InlineError message={error} /> : null}
      <div className="flex justify-end mt-3">
        <button type="submit" className="btn btn-primary" disabled={busy}>
          {busy ? 'Working…' : 'Add the user'}
        </button>
      </div>
    </form>
  );
}
