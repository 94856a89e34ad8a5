import type { RuleTarget } from '@/lib/services/notify/rules';

/** A target as it is typed: `role:engineer`, `rota:litho on call`, `channel:pager`, `channels:all`, or an address. */
export function targetText(t: RuleTarget): string {
  if ('channels' in t) return 'channels:all';
  if ('channel' in t) return `channel:${t.channel}`;
  if ('role' in t) return `role:${t.role}`;
  return 'rota' in t ? `rota:${t.rota}` : t.person;
}

/** What was typed, by commas, as the service takes it; what is no target there is refused by it in words. */
export const readTargets = (text: string): object[] =>
  text
    .split(',')
    .map((t) => t.trim())
    .filter((t) => t !== '')
    .map((t) => {
      const [kind = '', rest] = [t.slice(0, t.indexOf(':')), t.slice(t.indexOf(':') + 1).trim()];
      if (t === 'channels:all') return { channels: 'all' };
      return ['role', 'rota', 'channel'].includes(kind) ? { [kind]: rest } : { person: t };
    });
