import { db, sql } from '@/lib/db';

export type RoleWord = 'viewer' | 'operator' | 'engineer' | 'administrator';

export interface SettingsView {
  users: {
    id: string;
    name: string;
    email: string;
    role: RoleWord;
    createdMs: number;
    lastSeenMs: number | null;
    disabledMs: number | null;
  }[];
  keys: {
    id: string;
    sender: string;
    prefix: string;
    scopes: string[];
    createdBy: string;
    createdMs: number;
    lastUsedMs: number | null;
    revokedMs: number | null;
  }[];
  channels: {
    id: string;
    name: string;
    kind: string;
    target: string;
    severities: string[];
    areas: string[];
    active: boolean;
    delivered: number;
    failed: number;
    lastError: string | null;
    lastMs: number | null;
  }[];
  areas: string[];
}

const ms = (d: Date | null): number | null => d?.getTime() ?? null;

/** Accounts, keys and channels; secrets are never read. */
export async function settingsView(): Promise<SettingsView> {
  const [users, keys, channels, areas] = await Promise.all([
    db().rows<{
      id: string;
      name: string;
      email: string;
      role: RoleWord;
      created_at: Date;
      seen: Date | null;
      disabled_at: Date | null;
    }>(sql`
      SELECT u.id, u.name, u.email, u.role::text, u.created_at, u.disabled_at, (SELECT max(s.updated_at) FROM session s WHERE s.user_id = u.id) AS seen FROM "user" u ORDER BY u.email LIMIT 500`),
    db().rows<{
      id: string;
      sender: string;
      prefix: string;
      scopes: string[];
      createdBy: string;
      created_at: Date;
      last_used_at: Date | null;
      revoked_at: Date | null;
    }>(sql`
      SELECT id, sender, prefix, scopes, created_by AS "createdBy", created_at, last_used_at, revoked_at FROM api_key ORDER BY (revoked_at IS NOT NULL), sender, created_at DESC LIMIT 500`),
    db().rows<Omit<SettingsView['channels'][number], 'lastMs'> & { last: Date | null }>(sql`
      SELECT c.id, c.name, c.kind, c.target, c.severities, c.areas, c.active, count(*) FILTER (WHERE d.state = 'delivered')::int AS delivered,
        count(*) FILTER (WHERE d.state = 'failed' OR d.state = 'pending' AND d.error IS NOT NULL)::int AS failed, max(d.delivered_at) AS last,
        (SELECT x.error FROM notification x WHERE x.channel_id = c.id AND x.error IS NOT NULL AND x.created_at > now() - INTERVAL '30 days' ORDER BY x.created_at DESC LIMIT 1) AS "lastError"
      FROM notify_channel c LEFT JOIN notification d ON d.channel_id = c.id AND d.created_at > now() - INTERVAL '30 days' GROUP BY c.id ORDER BY c.name`),
    db().rows<{ name: string }>(sql`SELECT name FROM area ORDER BY position`),
  ]);
  return {
    users: users.map(({ created_at, seen, disabled_at, ...u }) => ({
      ...u,
      createdMs: created_at.getTime(),
      lastSeenMs: ms(seen),
      disabledMs: ms(disabled_at),
    })),
    keys: keys.map(({ created_at, last_used_at, revoked_at, ...k }) => ({
      ...k,
      createdMs: created_at.getTime(),
      lastUsedMs: ms(last_used_at),
      revokedMs: ms(revoked_at),
    })),
    channels: channels.map(({ last, ...c }) => ({ ...c, lastMs: ms(last) })),
    areas: areas.map((a) => a.name),
  };
}
