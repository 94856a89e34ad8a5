'use client';
import { useState, useTransition } from 'react';
import { LEAST_PASSWORD } from '@/lib/services/account-rules';
import type { SettingsView } from '@/lib/services/views/settings';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Dialog } from '@/lib/ui/components/dialog';
import { DialogForm } from '@/lib/ui/components/dialog-form';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { TextField } from '@/lib/ui/components/text-field';
import { useReport } from '@/lib/ui/components/toast';
import { Ago } from '@/lib/ui/hooks/now';
import { useForm } from '@/lib/ui/hooks/use-form';
import { addUser, changeRole, disableUser, resetUserPassword } from './actions';
import { userProblems } from './form-problems';
import { SecretOnce } from './secret';

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
  const [asked, ask] = useState<{ readonly user: User; readonly verb: 'disable' | 'reset' } | null>(null);
  const [secret, setSecret] = useState<{ readonly of: string; readonly text: string } | null>(null);
  const confirm = (): void => {
    const { user, verb } = asked!;
    start(async () => {
      if (verb === 'disable') report(await disableUser(user.id, true));
      else {
        const r = await resetUserPassword(user.id);
        report(r.result);
        if (r.secret !== null) setSecret({ of: user.email, text: r.secret });
      }
      ask(null);
    });
  };
  const columns: Column<User>[] = [
    {
      key: 'state',
      header: 'State',
      value: (u) => (u.disabledMs === null ? 'in force' : 'disabled'),
      cell: (u) =>
        u.disabledMs === null ? <StatusMark status="ok" text="in force" /> : <StatusMark status="idle" text="disabled" />,
    },
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
    { key: 'seen', header: 'Last session', numeric: true, time: (u) => u.lastSeenMs, cell: (u) => <Ago at={u.lastSeenMs} /> },
    { key: 'created', header: 'Since', numeric: true, time: (u) => u.createdMs, cell: (u) => <Ago at={u.createdMs} /> },
    {
      key: 'do',
      header: 'Do',
      cell: (u) => (
        <span className="flex gap-1 justify-end">
          <button type="button" className="btn h-6! text-sm!" disabled={busy} onClick={() => ask({ user: u, verb: 'reset' })}>
            New password…
          </button>
          {u.disabledMs === null ? (
            <button type="button" className="btn h-6! text-sm!" disabled={busy} onClick={() => ask({ user: u, verb: 'disable' })}>
              Disable…
            </button>
          ) : (
            <button
              type="button"
              className="btn h-6! text-sm!"
              disabled={busy}
              onClick={() => start(async () => void report(await disableUser(u.id, false)))}
            >
              Enable
            </button>
          )}
        </span>
      ),
    },
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
      {secret ? (
        <SecretOnce label={`The new password of ${secret.of}`} secret={secret.text} onClose={() => setSecret(null)} />
      ) : null}
      <DataTable label="Users" rows={users} columns={columns} rowKey={(u) => u.id} empty="There is no user." maxHeight={320} />
      <Dialog open={adding} onClose={() => add(false)} title="Add a user">
        <UserForm onDone={() => add(false)} />
      </Dialog>
      <Dialog
        open={asked !== null}
        onClose={() => ask(null)}
        title={`${asked?.verb === 'reset' ? 'New password for' : 'Disable'} ${asked?.user.email ?? ''}`}
      >
        <p>
          {asked?.verb === 'reset'
            ? 'A password is made and shown once; hand it over in person. Every session of this user ends now, and another password is chosen at the next sign-in.'
            : 'Every session of this user ends now, and signing in is refused until an administrator enables the account. What they did stays.'}
        </p>
        <div className="flex justify-end gap-2 mt-3">
          <button type="button" className="btn" onClick={() => ask(null)}>
            Cancel
          </button>
          <button type="button" className="btn btn-primary" disabled={busy} onClick={confirm}>
            {busy ? 'Working…' : asked?.verb === 'reset' ? 'Make the password' : 'Disable'}
          </button>
        </div>
      </Dialog>
    </Panel>
  );
}

const NEW_USER = { name: '', email: '', role: 'viewer', password: '' };

function UserForm({ onDone }: { onDone: () => void }) {
  const report = useReport();
  const { field, values, busy, submit, error } = useForm(NEW_USER, userProblems);
  const role = field('role');
  return (
    <DialogForm
      error={error}
      busy={busy}
      verb="Add the user"
      onSend={() =>
        submit(addUser, (r) => {
          report(r);
          onDone();
        })
      }
    >
      <TextField label="Name" {...field('name')} maxLength={120} autoComplete="off" />
      <TextField label="E-mail" type="email" {...field('email')} maxLength={200} autoComplete="off" />
      <label className="block">
        <span className="label">Role</span>
        <select name="role" className="field w-full" value={values.role} onChange={(e) => role.onText(e.target.value)}>
          {ROLES.map((r) => (
            <option key={r.value} value={r.value}>
              {`${r.value}: ${r.means}`}
            </option>
          ))}
        </select>
      </label>
      <TextField
        label={`First password, ${LEAST_PASSWORD} characters or more; the user chooses another at the first sign-in`}
        type="password"
        {...field('password')}
        maxLength={200}
        autoComplete="new-password"
      />
    </DialogForm>
  );
}
