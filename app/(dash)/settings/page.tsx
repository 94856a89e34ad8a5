import type { Metadata } from 'next';
import { mayAs } from '@/lib/services/actor';
import { SCOPES } from '@/lib/services/settings/api-keys';
import { createUser } from '@/lib/services/settings/users';
import { settingsView } from '@/lib/services/settings/views/settings';
import { PageHead, Panel } from '@/lib/ui/components/panel';
import { pageActor } from '../session';
import { ChannelsPanel } from './channels';
import { KeysPanel } from './keys';
import { PasswordPanel } from './password';
import { UsersPanel } from './users';

export const metadata: Metadata = { title: 'Settings' };

export default async function SettingsPage() {
  const actor = await pageActor('/settings');
  const data = mayAs(actor.role, createUser.least) ? await settingsView() : null;
  return (
    <>
      <PageHead title="Settings" sub={`${actor.name}, ${actor.email}, role ${actor.role}`} />
      <div className="flex flex-col gap-3">
        {data ? (
          <>
            <UsersPanel users={data.users} me={actor.id} />
            <KeysPanel keys={data.keys} scopes={SCOPES} />
            <ChannelsPanel channels={data.channels} areas={data.areas} />
          </>
        ) : (
          <Panel
            title="Users, keys and channels"
            empty={`Users, API keys and notification channels are managed by ${createUser.least}s; you are ${actor.role}. Ask an ${createUser.least} if you need a change.`}
          />
        )}
        <PasswordPanel />
      </div>
    </>
  );
}
