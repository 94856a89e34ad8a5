import { expect, test } from 'vitest';
import { type ChannelFilter, type Rule, type RuleSpec, receiversOf, ruleSpec, rulesFor, takes } from './rules';

const spec = (over: Partial<RuleSpec> = {}): RuleSpec => ({
  events: [],
  areas: [],
  severities: [],
  to: [{ channels: 'all' }],
  quiet: null,
  final: false,
  ...over,
});
const rule = (id: string, over: Partial<RuleSpec> = {}): Rule => ({ id, name: `rule ${id}`, version: 1, spec: spec(over) });
const EVENT = { kind: 'opened', area: 'LITHO', severity: 'high', actor: 'Driftless' };
const channel = (name: string, over: Partial<ChannelFilter> = {}): ChannelFilter => ({
  id: `id-${name}`,
  name,
  kind: 'webhook',
  target: `http://${name}/`,
  severities: [],
  areas: [],
  ...over,
});

test('a rule takes what all of its filters take; groups take their kinds', () => {
  expect(takes(spec(), EVENT)).toBe(true);
  expect(takes(spec({ events: ['alert'] }), EVENT)).toBe(true);
  expect(takes(spec({ events: ['hold'] }), EVENT)).toBe(false);
  expect(takes(spec({ events: ['hold'] }), { ...EVENT, kind: 'hold_placed' })).toBe(true);
  expect(takes(spec({ events: ['alert'] }), { ...EVENT, kind: 'hold_placed' })).toBe(false);
  expect(takes(spec({ events: ['escalation', 'reopened'] }), { ...EVENT, kind: 'reopened' })).toBe(true);
  expect(takes(spec({ events: ['incident'] }), { ...EVENT, kind: 'incident_opened' })).toBe(true);
  expect(takes(spec({ areas: ['ETCH'] }), EVENT)).toBe(false);
  expect(takes(spec({ areas: ['ETCH'] }), { ...EVENT, area: null })).toBe(false);
  expect(takes(spec({ severities: ['high', 'medium'] }), EVENT)).toBe(true);
  expect(takes(spec({ severities: ['low'] }), { ...EVENT, severity: null })).toBe(false);
});

test('rules go in order, and a final one ends the list for what it takes', () => {
  const rules = [rule('a', { areas: ['ETCH'] }), rule('b', { final: true, to: [] }), rule('c')];
  expect(rulesFor(rules, EVENT).map((r) => r.id)).toEqual(['b']);
  expect(receiversOf(rules, EVENT, [channel('pager')], new Map())).toEqual([]);
});

test('two rules, one person: one message with both names; a mail channel of the same address is the same receiver', () => {
  const rules = [rule('a', { to: [{ role: 'engineer' }] }), rule('b', { to: [{ person: 'ana@x' }] }), rule('c')];
  const people = new Map([
    ['a', ['ana@x', 'omar@x']],
    ['b', ['ana@x']],
  ]);
  const got = receiversOf(rules, EVENT, [channel('shift', { kind: 'email', target: 'Ana@x' }), channel('pager')], people);
  expect(got.map((r) => [r.receiver, r.rules.map((x) => x.id)])).toEqual([
    ['mail:ana@x', ['a', 'b', 'c']],
    ['mail:omar@x', ['a']],
    ['channel:id-pager', ['c']],
  ]);
});

test('a channel keeps its own severities and areas, and nobody is told of their own act', () => {
  const channels = [channel('high only', { severities: ['high'] }), channel('etch only', { areas: ['ETCH'] }), channel('named')];
  expect(receiversOf([rule('a')], EVENT, channels, new Map()).map((r) => r.channelId)).toEqual(['id-high only', 'id-named']);
  expect(receiversOf([rule('a', { to: [{ channel: 'named' }] })], EVENT, channels, new Map()).map((r) => r.channelId)).toEqual([
    'id-named',
  ]);
  const acted = { ...EVENT, kind: 'acknowledged', actor: 'ana@x' };
  expect(
    receiversOf([rule('a', { to: [{ role: 'engineer' }] })], acted, [], new Map([['a', ['ana@x', 'emil@x']]])).map(
      (r) => r.email,
    ),
  ).toEqual(['emil@x']);
});

test('what is no rule is refused in words', () => {
  expect(ruleSpec.safeParse(spec()).success).toBe(true);
  expect(ruleSpec.safeParse({ ...spec(), events: ['exploded'] }).success).toBe(false);
  expect(ruleSpec.safeParse({ ...spec(), to: [{ role: 'nobody' }] }).success).toBe(false);
});
