import { createTransport, type Transporter } from 'nodemailer';
import { config } from '@/lib/config';
import type { Message } from '../message';

export interface Outcome {
  readonly status: number | null;
  readonly error: string | null;
  /** The receiver asks for a pause of so long, ms; null: it does not. */
  readonly pauseMs: number | null;
}

/** A server that hangs is given up after this, ms; the settings of `SMTP_URL` may say otherwise. */
const LIMITS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 } as const;

let made: { readonly url: string; readonly transport: Transporter } | undefined;

function transportOf(url: string): Transporter {
  if (made?.url !== url) {
    const limited = new URL(url);
    for (const [k, ms] of Object.entries(LIMITS)) if (!limited.searchParams.has(k)) limited.searchParams.set(k, String(ms));
    made = { url, transport: createTransport(limited.href) };
  }
  return made.transport;
}

/** @param deliveryId - the same at every attempt, so that a second one is recognised (also as Message-ID). */
export async function sendMail(to: string, m: Message, deliveryId: string, eventId: string): Promise<Outcome> {
  const url = config().SMTP_URL;
  if (!url) return { status: null, error: 'SMTP_URL is not set', pauseMs: null };
  try {
    await transportOf(url).sendMail({
      from: config().MAIL_FROM,
      to,
      subject: m.subject.replace(/\s+/g, ' '),
      text: [
        m.subject,
        '',
        ...m.facts.map(([k, v]) => `${k}: ${v}`),
        ...(m.lines.length > 0 ? ['', ...m.lines.map((l) => `- ${l}`)] : []),
        '',
        m.url,
      ].join('\n'),
      messageId: `<${deliveryId}@${new URL(config().APP_URL).hostname}>`,
      headers: { 'X-Driftless-Event': eventId, 'X-Driftless-Delivery': deliveryId },
    });
    return { status: 250, error: null, pauseMs: null };
  } catch (e) {
    const { message, responseCode } = e as Error & { responseCode?: number };
    return { status: responseCode ?? null, error: message.slice(0, 500), pauseMs: null };
  }
}
