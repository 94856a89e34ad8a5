import { expect, test } from 'vitest';
import type { Message } from '../message';
import { slackBody, slackText, teamsBody } from './chat';

const message = (over: Partial<Message> = {}): Message => ({
  subject: '[high] CD mean · ETCH-03 B: 1 point beyond the control limits',
  severity: 'high',
  facts: [
    ['What', 'opened at 2026-11-30T06:00:00.000Z'],
    ['Text', 'see <!channel> & [here](https://evil.example)'],
  ],
  lines: [],
  url: 'http://fab.example/alerts/1',
  json: {},
  ...over,
});

test('Slack: text and blocks as documented; nothing that was typed becomes a link or calls anybody', () => {
  expect(slackBody(message())).toEqual({
    text: '[high] CD mean · ETCH-03 B: 1 point beyond the control limits',
    blocks: [
      {
        type: 'header',
        text: { type: 'plain_text', text: '[high] CD mean · ETCH-03 B: 1 point beyond the control limits', emoji: false },
      },
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: '*What* opened at 2026-11-30T06:00:00.000Z\n*Text* see &lt;!channel&gt; &amp; [here](https://evil.example)',
        },
      },
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            text: { type: 'plain_text', text: 'Open in Driftless', emoji: false },
            url: 'http://fab.example/alerts/1',
          },
        ],
      },
    ],
  });
  expect(slackText('a<b>&c')).toBe('a&lt;b&gt;&amp;c');
});

test('Teams: one adaptive card whose texts take no markdown', () => {
  const body = teamsBody(message()) as { type: string; attachments: { contentType: string; content: Record<string, unknown> }[] };
  expect(body.type).toBe('message');
  expect(body.attachments[0]!.contentType).toBe('application/vnd.microsoft.card.adaptive');
  const card = body.attachments[0]!.content;
  expect(card).toMatchObject({ type: 'AdaptiveCard', version: '1.4' });
  expect(JSON.stringify(card)).not.toContain('"TextBlock"');
  expect(card['body']).toContainEqual({
    type: 'RichTextBlock',
    inlines: [
      { type: 'TextRun', text: 'Text: ', isSubtle: true },
      { type: 'TextRun', text: 'see <!channel> & [here](https://evil.example)' },
    ],
  });
  expect(card['actions']).toEqual([{ type: 'Action.OpenUrl', title: 'Open in Driftless', url: 'http://fab.example/alerts/1' }]);
});

test('long messages stay within what the chats take', () => {
  const long = message({ subject: 'x'.repeat(900), lines: Array.from({ length: 500 }, (_, i) => `${i} ${'y'.repeat(600)}`) });
  const slack = slackBody(long) as { blocks: { type: string; text?: { text: string } }[] };
  expect(slack.blocks[0]!.text!.text).toHaveLength(150);
  for (const b of slack.blocks) expect(b.text?.text.length ?? 0).toBeLessThanOrEqual(3000);
  expect(JSON.stringify(teamsBody(long)).length).toBeLessThan(28_000);
  expect(JSON.stringify(teamsBody(long))).toContain('and 460 more');
});
