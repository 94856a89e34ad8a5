import { createHmac } from 'node:crypto';
import type { RowOf } from '@/lib/db';
import { slackBody, teamsBody } from './formats/chat';
import { type Outcome, sendMail } from './formats/mail';
import type { Message } from './message';
import { postWebhook } from './webhook';

export type ChannelRow = RowOf<'notify_channel', 'id' | 'name' | 'kind' | 'target' | 'secret'>;

/** What identifies a message to its receiver. */
export interface Identity {
  /** Of this message to this receiver: the same at every attempt. */
  readonly deliveryId: string;
  /** Of what happened: the same for all receivers. */
  readonly eventId: string;
}

/** The signature covers time and body, so that a receiver can refuse forged or replayed messages. */
export function sign(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

const BODIES: Readonly<Record<string, (m: Message) => object>> = {
  slack: slackBody,
  teams: teamsBody,
};

/** Sends a message to a channel; a webhook is signed, a chat gets the format of its kind. @param nowMs - epoch ms, as signed. */
export async function postTo(
  c: ChannelRow,
  m: Message,
  id: Identity,
  nowMs: number,
  readBytes = 0,
): Promise<Outcome & { readonly body: string }> {
  if (c.kind === 'email') return { ...(await sendMail(c.target, m, id.deliveryId, id.eventId)), body: '' };
  const body = JSON.stringify(BODIES[c.kind]?.(m) ?? m.json);
  const timestamp = String(Math.floor(nowMs / 1000));
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': 'driftless',
    'x-driftless-event': id.eventId,
    'x-driftless-delivery': id.deliveryId,
    'x-driftless-timestamp': timestamp,
  };
  if (c.secret !== null) headers['x-driftless-signature'] = sign(c.secret, timestamp, body);
  const answer = await postWebhook(c.target, headers, body, readBytes);
  return { status: answer.status, error: answer.error, pauseMs: answer.retryAfterMs, body: answer.body };
}
