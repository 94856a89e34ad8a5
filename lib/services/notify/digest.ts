import { z } from 'zod';
import { sql, type Tx, transaction } from '@/lib/db';
import { AppError } from '@/lib/errors';
import { reasonIn } from '@/lib/formats/reason';
import { recordIdIn } from '@/lib/formats/scalars';
import { lateMinutes, minutesWords } from '../alerts/escalation';
import { resolveTargets } from '../alerts/escalation-targets';
import { audit } from '../audit';
import { ITSELF } from '../live/itself';
import { localWords } from '../rota/zone';
import { timeOf, verb } from '../verb';
import { digestContent } from './digest-content';
import { type DigestSpec, digestSpec, nextDigest } from './digest-times';
import { addMessages, channelsInUse } from './plan';
import { requireRuleTargets } from './require-targets';
import { channelReceiver, mailReceiver, peopleIn, type Receiver } from './rules';

/** The longest time that a digest tells of, ms: after a stop of weeks it is that of the last week. */
const LONGEST_MS = 7 * 86_400_000;
const MOST_A_ROUND = 100;

interface DigestRow {
  id: string;
  name: string;
  spec: DigestSpec;
  last_at: Date;
  next_at: Date;
}

/**
 * Writes the digests that are due. Each in one transaction with the time of its next one: once, whichever worker comes first. Of several that were missed the
 * last is sent alone, and says how late it is; a clock that is set back sends none again.
 * @param now - epoch ms. @returns how many.
 */
export async function sendDigests(now: number): Promise<number> {
  for (let done = 0; done < MOST_A_ROUND; done++) {
    const was = await transaction(async (tx) => {
      const d = await tx.one<DigestRow>(sql`
        SELECT id, name, spec, last_at, next_at FROM notify_digest WHERE active AND next_at <= ${new Date(now)} ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`);
      if (d === undefined) return false;
      await writeDigest(tx, d, now);
      return true;
    });
    if (!was) return done;
  }
  return MOST_A_ROUND;
}

async function writeDigest(tx: Tx, d: DigestRow, now: number): Promise<void> {
  const next = nextDigest(d.spec, now);
  const to = new Date(now);
  const from = new Date(Math.max(d.last_at.getTime(), now - LONGEST_MS));
  const content = await digestContent(tx, d.spec.areas, from, to);
  const late = lateMinutes(d.next_at.getTime(), now);
  const n = content.open.reduce((sum, o) => sum + o.n, 0);
  const title = `${d.name}, ${localWords(d.spec.zone, d.next_at.getTime())} (${d.spec.zone}): ${n} open, ${content.overdue} overdue, ${content.holds.length + content.moreHolds} on hold${late === 0 ? '' : `; ${minutesWords(late)} late, since no worker ran`}`;
  const event = {
    key: `digest:${d.id}/${d.next_at.getTime()}`,
    kind: 'digest',
    area: null,
    severity: null,
    alertId: null,
    alertEventId: null,
    eventId: null,
    title,
    actor: ITSELF,
  };
  await addMessages(tx, event, await receivers(tx, d.spec, now), to, content);
  await tx.exec(
    sql`UPDATE notify_digest SET last_at = ${to}, next_at = ${next === null ? null : new Date(next)} WHERE id = ${d.id}`,
  );
}

/** Each receiver once. */
async function receivers(tx: Tx, s: DigestSpec, now: number): Promise<Receiver[]> {
  const people = peopleIn(s.to);
  const [channels, resolved] = await Promise.all([
    channelsInUse(tx),
    people.length === 0 ? { emails: [] } : resolveTargets(tx, people, now),
  ]);
  const named = new Set(s.to.flatMap((t) => ('channel' in t ? [t.channel] : [])));
  const all = [
    ...channels
      .filter((c) => named.has(c.name))
      .map((c) => ({ receiver: channelReceiver(c), channelId: c.id, email: null, rules: [] })),
    ...resolved.emails.map((email) => ({ receiver: mailReceiver(email), channelId: null, email, rules: [] })),
  ];
  return [...new Map(all.map((r) => [r.receiver, r])).values()];
}

/**
 * Makes a digest, or its next version.
 * @throws AppError `precondition_failed` when somebody changed it meanwhile; `conflict` for a name that is taken; `invalid_input` for somebody who is not known.
 */
export const saveDigest = verb(
  {
    name: 'digest.save',
    least: 'engineer',
    input: z.strictObject({
      /** Null: a new one. */
      id: recordIdIn('digest').nullable(),
      seen: z.int().min(0),
      name: z.string().trim().min(1).max(80),
      active: z.boolean(),
      spec: digestSpec,
      reason: reasonIn,
    }),
    names: { name: 'Name', 'spec.zone': 'Time zone', 'spec.times': 'Times' },
  },
  async (ctx, d): Promise<{ id: string }> =>
    transaction(async (tx) => {
      await requireRuleTargets(tx, d.spec.to, 'spec.to');
      const before =
        d.id === null
          ? undefined
          : await tx.one<{ version: number; author: string; name: string; active: boolean; spec: DigestSpec }>(
              sql`SELECT version, author, name, active, spec FROM notify_digest WHERE id = ${d.id} FOR UPDATE`,
            );
      if (d.id !== null && before === undefined) throw new AppError('not_found', 'there is no such digest');
      if ((before?.version ?? 0) !== d.seen)
        throw new AppError(
          'precondition_failed',
          `${before?.author} made version ${before?.version} meanwhile; look at it again`,
        );
      const taken = await tx.one(sql`SELECT 1 FROM notify_digest WHERE name = ${d.name} AND id IS DISTINCT FROM ${d.id}::uuid`);
      if (taken !== undefined) throw new AppError('conflict', `there is a digest "${d.name}" already`, { field: 'name' });
      const next = nextDigest(d.spec, ctx.now());
      const nextAt = next === null ? null : new Date(next);
      const row = await tx.one<{ id: string }>(
        d.id === null
          ? sql`INSERT INTO notify_digest (name, active, spec, last_at, next_at, author, reason, changed_at)
              VALUES (${d.name}, ${d.active}, ${JSON.stringify(d.spec)}::jsonb, ${timeOf(ctx)}, ${nextAt}, ${ctx.by.email}, ${d.reason}, ${timeOf(ctx)}) RETURNING id`
          : sql`UPDATE notify_digest SET name = ${d.name}, active = ${d.active}, spec = ${JSON.stringify(d.spec)}::jsonb, version = version + 1, next_at = ${nextAt},
              author = ${ctx.by.email}, reason = ${d.reason}, changed_at = ${timeOf(ctx)} WHERE id = ${d.id} RETURNING id`,
      );
      await audit(tx, ctx, {
        action: before === undefined ? 'create' : 'change',
        entity: 'digest',
        entityId: row!.id,
        before,
        after: { version: d.seen + 1, name: d.name, active: d.active, spec: d.spec },
        reason: d.reason,
      });
      return { id: row!.id };
    }),
);
