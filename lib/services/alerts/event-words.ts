import { ITSELF } from '../live/itself';

const WORDS: Readonly<Record<string, string>> = {
  opened: 'opened',
  escalated: 'severity raised',
  again: 'seen again',
  acknowledged: 'acknowledged',
  assigned: 'assigned',
  commented: 'comment',
  ended: 'no signal left',
  closed: 'closed',
  reopened: 'reopened',
  handed_over: 'handed over',
  started: 'in work',
  waits: 'waits',
  resumed: 'wait is over',
  snoozed: 'snoozed',
  woken: 'snooze is over',
  escalation: 'escalation',
  hold_placed: 'hold placed',
  hold_released: 'hold released',
  hold_acknowledged: 'hold acknowledged',
  disposed: 'disposition',
  requested: 're-measurement requested',
  request_withdrawn: 'request withdrawn',
  re_measured: 're-measured',
  verified: 'verified',
  not_effective: 'action did not help',
  waived: 'check waived',
  checklist_begun: 'checklist begun',
  checklist_step: 'checklist',
  checklist_skipped: 'checklist step skipped',
  checklist_back: 'checklist taken back',
  checklist_finished: 'checklist finished',
  gathered: 'gathered',
  incident_joined: 'joined to an incident',
  incident_left: 'split from its incident',
};

/** An event of an alert's history as people read it, on screen and in messages. */
export const eventWords = (kind: string, actor: string): string =>
  kind === 'closed' && actor === ITSELF ? 'closed by itself' : (WORDS[kind] ?? kind);
