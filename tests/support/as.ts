import type { RoleName } from '@/lib/services/actor';
import { createApiKey } from '@/lib/services/settings/api-keys';
import { asMachine, type Ctx } from '@/lib/services/verb';

/** A person who calls a verb: an engineer unless said otherwise, at a fixed time where one is given. */
export const as = (email: string, { role = 'engineer', now }: { role?: RoleName; now?: number } = {}): Ctx => ({
  by: { email, role },
  now: now === undefined ? Date.now : () => now,
  requestId: null,
});

/** A key of a sender with these scopes. */
export const keyFor = (sender: string, ...scopes: Parameters<typeof createApiKey>[1]['key']['scopes']): Promise<string> =>
  createApiKey(asMachine('test'), { key: { sender, scopes } });
