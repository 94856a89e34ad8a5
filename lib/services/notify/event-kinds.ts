import { eventWords } from '../alerts/event-words';

/** What is told, in groups: a rule takes groups or single kinds. A kind that comes later belongs to a group by its first word. */
export const EVENT_GROUPS = ['alert', 'hold', 'proposal'] as const;
export type EventGroup = (typeof EVENT_GROUPS)[number];

export const GROUP_WORDS: Readonly<Record<EventGroup, string>> = {
  alert: 'every change of an alert',
  hold: 'every change of a hold',
  proposal: 'proposals that wait',
};

/** Kinds in the order of an alert's life. */
export const EVENT_KINDS = [
  'opened',
  'escalated',
  'again',
  'acknowledged',
  'assigned',
  'handed_over',
  'started',
  'waits',
  'resumed',
  'snoozed',
  'woken',
  'escalation',
  'commented',
  'disposed',
  'requested',
  'request_withdrawn',
  're_measured',
  'ended',
  'closed',
  'verified',
  'not_effective',
  'waived',
  'reopened',
  'hold_placed',
  'hold_released',
  'hold_acknowledged',
  'proposal_waits',
] as const;

/** An event of the history of an alert whose kind begins so is of another group. */
export const groupOf = (kind: string): string =>
  kind.startsWith('hold_')
    ? 'hold'
    : kind.startsWith('proposal_')
      ? 'proposal'
      : kind.startsWith('incident_')
        ? 'incident'
        : 'alert';

/** "severity raised", "hold placed", "proposal waits". */
export const kindWords = (kind: string, actor = ''): string =>
  kind === 'proposal_waits'
    ? 'proposal waits'
    : kind === 'digest'
      ? 'digest'
      : kind === 'summary'
        ? 'quiet hours are over'
        : kind === 'test'
          ? 'test'
          : eventWords(kind, actor);
