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
};

/** Events that Driftless makes itself have no author. */
export const ITSELF = 'Driftless';

/** An event of an alert's history as people read it, on screen and in messages. */
export const eventWords = (kind: string, actor: string): string =>
  kind === 'closed' && actor === ITSELF ? 'closed by itself' : (WORDS[kind] ?? kind);
