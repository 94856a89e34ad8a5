import type { Message } from '../message';

/** Longest texts that the receivers take (Slack: header 150, section 3000, 50 blocks; Teams: 28 kB a message). */
const HEADER = 150;
const SECTION = 2_900;
const LINES = 40;
const LINE = 400;

const cut = (s: string, most: number): string => (s.length <= most ? s : `${s.slice(0, most - 1)}…`);
const oneLine = (s: string): string => s.replace(/\s+/g, ' ').trim();

/** The three characters by which Slack begins links and commands ("mrkdwn", Formatting text for app surfaces). */
export const slackText = (s: string): string => s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const shownLines = (m: Message): string[] => {
  const shown = m.lines.slice(0, LINES).map((l) => cut(oneLine(l), LINE));
  return m.lines.length > LINES ? [...shown, `and ${m.lines.length - LINES} more`] : shown;
};

/**
 * A message for an incoming webhook of Slack, or of a chat that takes the same (Mattermost, Rocket.Chat): `text` for notifications and for clients without
 * blocks, and blocks. Nothing that a person typed becomes a link or calls anybody.
 * @see https://api.slack.com/messaging/webhooks, https://api.slack.com/reference/block-kit/blocks
 */
export function slackBody(m: Message): object {
  const subject = oneLine(m.subject);
  const facts = m.facts.map(([k, v]) => `*${slackText(k)}* ${slackText(cut(oneLine(v), LINE))}`).join('\n');
  const lines = shownLines(m)
    .map((l) => `• ${slackText(l)}`)
    .join('\n');
  const section = (text: string): object[] =>
    text === '' ? [] : [{ type: 'section', text: { type: 'mrkdwn', text: cut(text, SECTION) } }];
  return {
    text: slackText(subject),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(subject, HEADER), emoji: false } },
      ...section(facts),
      ...section(lines),
      {
        type: 'actions',
        elements: [{ type: 'button', text: { type: 'plain_text', text: 'Open in Driftless', emoji: false }, url: m.url }],
      },
    ],
  };
}

/** Text runs take no markdown, so that what a person typed stays text. */
const run = (text: string, more: object = {}): object => ({ type: 'TextRun', text, ...more });
const rich = (...inlines: object[]): object => ({ type: 'RichTextBlock', inlines });

/**
 * A message for a webhook of Microsoft Teams (a workflow "when a webhook request is received"): one adaptive card.
 * @see https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using, https://adaptivecards.io/explorer/
 */
export function teamsBody(m: Message): object {
  const colour = m.severity === 'high' ? 'Attention' : m.severity === 'medium' ? 'Warning' : 'Default';
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          msteams: { width: 'Full' },
          body: [
            rich(run(cut(oneLine(m.subject), LINE), { weight: 'Bolder', size: 'Medium', color: colour })),
            ...m.facts.map(([k, v]) => rich(run(`${k}: `, { isSubtle: true }), run(cut(oneLine(v), LINE)))),
            ...shownLines(m).map((l) => rich(run(`• ${l}`))),
          ],
          actions: [{ type: 'Action.OpenUrl', title: 'Open in Driftless', url: m.url }],
        },
      },
    ],
  };
}
