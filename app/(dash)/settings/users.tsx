'use client';
import { useState } from 'react';
import { LEAST_PASSWORD } from '@/lib/services/settings/account-rules';
import type { SettingsView } from '@/lib/services/settings/views/settings';
import { type Column, DataTable } from '@/lib/ui/components/data-table';
import { Dialog } from '@/lib/ui/components/dialog';
import { DialogForm } from '@/lib/ui/components/dialog-form';
import { Panel } from '@/lib/ui/components/panel';
import { StatusMark } from '@/lib/ui/components/status-mark';
import { ChoiceField, TextField } from '@/lib/ui/components/text-field';
import { useReport } from '@/lib/ui/components/toast';
import { Ago } from '@/lib/ui/hooks/now';
import { useAction } from '@/lib/ui/hooks/use-action';
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

const ROLE_CHOICES = ROLES.map((r) => ({ value: r.value, label: `${r.value}: ${r.means}` }));

type User = SettingsView['users'][number];

/** What an administrator is about to do to a user. */
interface Asked {
  readonly user: User;
  readonly verb: 'disable' | 'reset';
}

/** A password that is shown once. */
interface Secret {
  readonly of: string;
  readonly text: string;
}

type Action = ReturnType<typeof useAction>;

export function UsersPanel({ users, me }: { users: readonly User[]; me: string }) {
  const { busy, run } = useAction();
  const [adding, add] = useState(false);
  const [asked, ask] = useState<Asked | null>(null);
  const [secret, setSecret] = useState<Secret | null>(null);
  const columns = userColumns({ me, busy, run, ask });
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
      <SureDialog asked={asked} busy={busy} run={run} onClose={() => ask(null)} onSecret={setSecret} />
    </Panel>
  );
}

function userColumns({ me, busy, run, ask }: Action & { me: string; ask: (a: Asked) => void }): Column<User>[] {
  return [
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
          onChange={(e) => run(() => changeRole(u.id, e.target.value))}
        >
          {ROLE_CHOICES.map((r) => (
            <option key={r.value} value={r.value}>
              {r.label}
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
              onClick={() => run(() => disableUser(u.id, false))}
            >
              Enable
            </button>
          )}
        </span>
      ),
    },
  ];
}

const SURE: Readonly<Record<Asked['verb'], { title: string; means: string; confirm: string }>> = {
  reset: {
    title: 'New password for',
    means:
      'A password is made and shown once; hand it over in person. Every session of this user ends now, and another password is chosen at the next sign-in.',
    confirm: 'Make the password',
  },
  disable: {
    title: 'Disable',
    means:
      'Every session of this user ends now, and signing in is refused until an administrator enables the account. What they did stays.',
    confirm: 'Disable',
  },
};

interface SureProps extends Action {
  asked: Asked | null;
  onClose: () => void;
  onSecret: (s: Secret) => void;
}

/** Asks for confirmation before the sessions of a user end. */
function SureDialog({ asked, busy, run, onClose, onSecret }: SureProps) {
  const words = SURE[asked?.verb ?? 'disable'];
  const confirm = (): void => {
    const { user, verb } = asked!;
    run(async () => {
      const r =
        verb === 'disable' ? { result: await disableUser(user.id, true), secret: null } : await resetUserPassword(user.id);
      if (r.secret !== null) onSecret({ of: user.email, text: r.secret });
      onClose();
      return r.result;
    });
  };
  return (
    <Dialog open={asked !== null} onClose={onClose} title={`${words.title} ${asked?.user.email ?? ''}`}>
      <p>{words.means}</p>
      <div className="flex justify-end gap-2 mt-3">
        <button type="button" className="btn" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="btn btn-primary" disabled={busy} onClick={confirm}>
          {busy ? 'Working…' : words.confirm}
        </button>
      </div>
    </Dialog>
  );
}

const NEW_USER = { name: '', email: '', role: 'viewer', password: '' };

function UserForm({ onDone }: { onDone: () => void }) {
  const report = useReport();
  const { field, busy, submit, error } = useForm(NEW_USER, userProblems);
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
      <ChoiceField label="Role" {...field('role')} options={ROLE_CHOICES} />
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
