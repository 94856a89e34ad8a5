import { expect, test } from 'vitest';
import { ruleSetContent, contentOf as setOf } from '@/lib/services/spc/rules/content';
import { BUILT_IN_SETS, describeRule } from '@/lib/spc';
import { asRule, contentOf, draftFault, draftOf, newRule } from './set-draft';

test('every set that comes with Driftless is copied into the editor and comes back as it was', () => {
  for (const s of BUILT_IN_SETS) {
    const content = setOf(s.numbers);
    expect(ruleSetContent.parse(contentOf(draftOf(s.label, content))), s.id).toEqual(content);
  }
});

test('a compound rule, both sides and the last beyond come back as they were', () => {
  const content = ruleSetContent.parse({
    rules: [
      {
        name: 'both',
        rule: {
          kind: 'and',
          rules: [
            { kind: 'trend', n: 4 },
            { kind: 'beyond', k: 1, n: 1, sigma: 1.5, side: 'above' },
          ],
        },
        severity: 'warning',
        priority: 'low',
      },
      {
        name: 'mixture',
        on: 'dispersion',
        rule: { kind: 'beyond', k: 4, n: 5, sigma: 1, side: 'any', lastBeyond: true, bothSides: true },
        enabled: false,
      },
      { name: 'far', rule: { kind: 'range', sigma: 4 } },
    ],
  });
  const draft = draftOf('x', content);
  expect(ruleSetContent.parse(contentOf(draft))).toEqual(content);
  expect(describeRule(asRule(draft.rules[0]!)!)).toBe(
    '4 points in a row steadily increasing or decreasing and 1 point beyond 1.5 sigma above',
  );
});

test('what is missing is said before anything is asked, and a number that is none is left for the service to name', () => {
  const rule = newRule(0);
  expect(draftFault({ name: '', rules: [rule] })?.field).toBe('name');
  expect(draftFault({ name: 'x', rules: [{ ...rule, name: 'a' }, rule] })?.field).toBe('rules.1.name');
  expect(draftFault({ name: 'x', rules: [] })?.field).toBe('rules');
  const odd = { ...rule, name: 'a', forms: [{ ...rule.forms[0]!, n: 'seven' }] };
  expect(asRule(odd)).toBeNull();
  expect(ruleSetContent.safeParse(contentOf({ name: 'x', rules: [odd] })).success).toBe(false);
});
