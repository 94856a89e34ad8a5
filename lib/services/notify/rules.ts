import { z } from 'zod';
import { type EscalationTarget, personTarget, targetWords } from '../alerts/escalation';
import { EVENT_GROUPS, EVENT_KINDS, groupOf } from './event-kinds';
import { quietSpec } from './quiet';

export const channelTarget = z.strictObject({ channel: z.string().trim().min(1).max(80) });
export const ruleTarget = z.union([...personTarget.options, channelTarget, z.strictObject({ channels: z.literal('all') })]);
/** Who a rule tells: people, a channel, or every channel that takes the severity and the area. */
export type RuleTarget = z.infer<typeof ruleTarget>;

export const ruleSpec = z.strictObject({
  /** Groups or kinds of events; none: all. */
  events: z.array(z.enum([...EVENT_GROUPS, 'incident', ...EVENT_KINDS])).max(40),
  /** None: all, and events of no area. */
  areas: z.array(z.string().min(1).max(120)).max(100),
  /** None: all, and events without a severity. */
  severities: z.array(z.enum(['high', 'medium', 'low'])).max(3),
  to: z.array(ruleTarget).max(50),
  /** Hours in which this rule tells nobody; null: none. */
  quiet: quietSpec.nullable(),
  /** An event that this rule takes is shown to no rule after it. */
  final: z.boolean(),
});
export type RuleSpec = z.infer<typeof ruleSpec>;

export interface Rule {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly spec: RuleSpec;
}

/** What rules look at. */
export interface RuledEvent {
  readonly kind: string;
  readonly area: string | null;
  readonly severity: string | null;
}

/** Whether a rule takes an event. */
export function takes(s: RuleSpec, e: RuledEvent): boolean {
  return (
    (s.events.length === 0 || s.events.some((x) => x === e.kind || x === groupOf(e.kind))) &&
    (s.areas.length === 0 || (e.area !== null && s.areas.includes(e.area))) &&
    (s.severities.length === 0 || (e.severity !== null && (s.severities as readonly string[]).includes(e.severity)))
  );
}

/** The rules that take an event, in order, up to the first final one. @param rules - those in force, in order. */
export function rulesFor<R extends Rule>(rules: readonly R[], e: RuledEvent): R[] {
  const out: R[] = [];
  for (const r of rules) {
    if (!takes(r.spec, e)) continue;
    out.push(r);
    if (r.spec.final) break;
  }
  return out;
}

export interface ChannelFilter {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly target: string;
  readonly severities: readonly string[];
  readonly areas: readonly string[];
}

/** Whether a channel takes an event: it may be for some severities and areas only, whatever a rule says. */
export const channelTakes = (c: ChannelFilter, e: RuledEvent): boolean =>
  (c.severities.length === 0 || (e.severity !== null && c.severities.includes(e.severity))) &&
  (c.areas.length === 0 || (e.area !== null && c.areas.includes(e.area)));

/** A person and a mail channel of the same address are one receiver: nobody gets two mails of one event. */
export const mailReceiver = (address: string): string => `mail:${address.toLowerCase()}`;
export const channelReceiver = (c: Pick<ChannelFilter, 'id' | 'kind' | 'target'>): string =>
  c.kind === 'email' ? mailReceiver(c.target) : `channel:${c.id}`;

/** One receiver of an event and the rules that asked for it. */
export interface Receiver {
  readonly receiver: string;
  readonly channelId: string | null;
  readonly email: string | null;
  /** None: it is told without a rule. */
  readonly rules: Rule[];
}

/**
 * Who is told of an event: each receiver once, with all rules that ask for it. Nobody is told of what they did themselves.
 * @param rules - those in force, in order.
 * @param channels - active ones, without MESs.
 * @param people - addresses behind the people that a rule names, by its id.
 */
export function receiversOf(
  rules: readonly Rule[],
  e: RuledEvent & { readonly actor: string },
  channels: readonly ChannelFilter[],
  people: ReadonlyMap<string, readonly string[]>,
): Receiver[] {
  const by = new Map<string, Receiver>();
  const add = (r: Omit<Receiver, 'rules'>, rule: Rule): void => {
    const there = by.get(r.receiver);
    if (there === undefined) by.set(r.receiver, { ...r, rules: [rule] });
    else if (!there.rules.includes(rule)) there.rules.push(rule);
  };
  for (const rule of rulesFor(rules, e)) {
    for (const t of rule.spec.to)
      for (const c of channels)
        if (('channels' in t || ('channel' in t && t.channel === c.name)) && channelTakes(c, e))
          add({ receiver: channelReceiver(c), channelId: c.id, email: null }, rule);
    for (const email of people.get(rule.id) ?? [])
      if (email !== e.actor) add({ receiver: mailReceiver(email), channelId: null, email }, rule);
  }
  return [...by.values()];
}

/** Of targets those that are people. */
export const peopleIn = (to: readonly RuleTarget[]): EscalationTarget[] =>
  to.filter((t): t is EscalationTarget => !('channels' in t) && !('channel' in t));

export const ruleTargetWords = (t: RuleTarget): string =>
  'channels' in t ? 'every channel that takes it' : 'channel' in t ? `channel ${t.channel}` : targetWords(t);
