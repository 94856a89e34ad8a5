import { config } from '@/lib/config';
import { db, sql } from '@/lib/db';
import { isUuid } from '../../address/uuid';
import type { DigestSpec } from '../digest-times';
import { channelsInUse, peopleOf } from '../plan';
import type { QuietHours } from '../quiet';
import { type Rule, type RuledEvent, type RuleSpec, receiversOf } from '../rules';

export interface RuleView extends Rule {
  readonly active: boolean;
  readonly author: string;
  readonly reason: string;
  readonly changedMs: number;
}

export interface DigestView {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  readonly version: number;
  readonly spec: DigestSpec;
  readonly author: string;
  readonly nextMs: number | null;
}

/** What the rules in force would have sent in a time, at most one message an event and receiver. */
export interface RulesPreview {
  readonly days: number;
  /** Events of the time. */
  readonly events: number;
  /** Events that no rule takes to anybody. */
  readonly untold: number;
  /** Messages that each rule asks for, by its id; one that two rules ask for counts for both. */
  readonly byRule: Readonly<Record<string, number>>;
  readonly byReceiver: readonly {
    readonly receiver: string;
    readonly n: number;
    readonly high: number;
    readonly mostADay: number;
  }[];
  readonly messages: number;
}

export interface RulesPage {
  readonly rules: RuleView[];
  readonly digests: DigestView[];
  readonly areas: string[];
  readonly people: { email: string; role: string }[];
  readonly rotas: string[];
  readonly channels: { name: string; kind: string }[];
  /** Of the person who looks. */
  readonly quiet: { version: number; spec: QuietHours | null };
  readonly zone: string;
}

/** Rules with what is needed to change them, digests, and the quiet hours of a person. */
export async function rulesPage(email: string): Promise<RulesPage> {
  const [rules, digests, areas, people, rotas, channels, quiet] = await Promise.all([
    db().rows<Omit<RuleView, 'changedMs'> & { changed_at: Date }>(
      sql`SELECT id, name, active, version, spec, author, reason, changed_at FROM notify_rule ORDER BY position, name LIMIT 200`,
    ),
    db().rows<Omit<DigestView, 'nextMs'> & { next_at: Date | null }>(
      sql`SELECT id, name, active, version, spec, author, CASE WHEN active THEN next_at END AS next_at FROM notify_digest ORDER BY name LIMIT 200`,
    ),
    db().rows<{ name: string }>(sql`SELECT name FROM area ORDER BY position`),
    db().rows<{ email: string; role: string }>(
      sql`SELECT email, role::text FROM "user" WHERE disabled_at IS NULL ORDER BY email LIMIT 500`,
    ),
    db().rows<{ name: string }>(sql`SELECT name FROM rota ORDER BY name LIMIT 200`),
    db().rows<{ name: string; kind: string }>(
      sql`SELECT name, kind FROM notify_channel WHERE kind <> 'mes' ORDER BY name LIMIT 200`,
    ),
    db().one<{ version: number; spec: QuietHours | null }>(sql`SELECT version, spec FROM notify_quiet WHERE email = ${email}`),
  ]);
  return {
    rules: rules.map(({ changed_at, ...r }) => ({ ...r, changedMs: changed_at.getTime() })),
    digests: digests.map(({ next_at, ...d }) => ({ ...d, nextMs: next_at?.getTime() ?? null })),
    areas: areas.map((a) => a.name),
    people,
    rotas: rotas.map((r) => r.name),
    channels,
    quiet: quiet ?? { version: 0, spec: null },
    zone: config().SITE_ZONE,
  };
}

interface Counted extends RuledEvent {
  readonly actor: string;
  readonly day: string;
  readonly n: number;
}

/** Combinations of kind, area, severity, actor and day that are counted. */
const MOST_COMBINATIONS = 20_000;

/**
 * What rules would have sent in the last days, from the stored events: whoever has a role or is on call now stands for whoever had it then. Quiet hours move
 * messages and drop none, so they are not counted. What is told in person whatever the rules say (escalations, hand-overs) is not part of it.
 * @param draft - a rule that is being edited, in place of the stored one of its id; one without a stored one comes last.
 */
export async function previewRules(
  nowMs: number,
  days: number,
  draft: { id: string | null; spec: RuleSpec } | null,
): Promise<RulesPreview> {
  const from = new Date(nowMs - days * 86_400_000);
  const [events, stored, channels] = await Promise.all([
    db().rows<Counted>(sql`
      SELECT kind, area, severity, actor, day, sum(n)::int AS n FROM (
        SELECT e.kind, a.area, a.severity, e.actor, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*) AS n FROM alert_event e JOIN alert a ON a.id = e.alert_id
          WHERE e.at > ${from} GROUP BY 1, 2, 3, 4, 5
        UNION ALL SELECT kind, area, severity, actor, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), count(*) FROM notify_event WHERE at > ${from} GROUP BY 1, 2, 3, 4, 5) q
      GROUP BY 1, 2, 3, 4, 5 ORDER BY n DESC LIMIT ${MOST_COMBINATIONS}`),
    db().rows<Rule & { active: boolean }>(
      sql`SELECT id, name, version, spec, active FROM notify_rule ORDER BY position, name LIMIT 200`,
    ),
    channelsInUse(db()),
  ]);
  const rules = withDraft(stored, draft);
  const people = await peopleOf(db(), rules, nowMs);
  const names = new Map(channels.map((c) => [c.id, c.name]));
  const byRule: Record<string, number> = {};
  const by = new Map<string, { n: number; high: number; days: Map<string, number> }>();
  let untold = 0;
  let messages = 0;
  for (const e of events) {
    const to = receiversOf(rules, e, channels, people);
    if (to.length === 0) untold += e.n;
    messages += to.length * e.n;
    for (const r of to) {
      for (const rule of r.rules) byRule[rule.id] = (byRule[rule.id] ?? 0) + e.n;
      const name = r.email ?? names.get(r.channelId!) ?? r.receiver;
      const sum = by.get(name) ?? { n: 0, high: 0, days: new Map() };
      sum.n += e.n;
      if (e.severity === 'high') sum.high += e.n;
      sum.days.set(e.day, (sum.days.get(e.day) ?? 0) + e.n);
      by.set(name, sum);
    }
  }
  return {
    days,
    events: events.reduce((sum, e) => sum + e.n, 0),
    untold,
    byRule,
    byReceiver: [...by]
      .map(([receiver, s]) => ({ receiver, n: s.n, high: s.high, mostADay: Math.max(...s.days.values()) }))
      .sort((a, b) => b.n - a.n || a.receiver.localeCompare(b.receiver)),
    messages,
  };
}

/** The id by which a new rule is counted. */
export const NEW_RULE = 'new';

function withDraft(stored: readonly (Rule & { active: boolean })[], draft: { id: string | null; spec: RuleSpec } | null): Rule[] {
  if (draft === null) return stored.filter((r) => r.active);
  const id = draft.id !== null && isUuid(draft.id) ? draft.id : null;
  const kept = stored.filter((r) => r.active || r.id === id).map((r) => (r.id === id ? { ...r, spec: draft.spec } : r));
  return id === null ? [...kept, { id: NEW_RULE, name: NEW_RULE, version: 0, spec: draft.spec }] : kept;
}
