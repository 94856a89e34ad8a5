import { expect, test } from 'vitest';
import { normal, templateContent } from '@/lib/services/spc/templates/content';
import { presetOf } from '@/lib/spc';
import { contentOf, draftFault, draftOf, NEW_TEMPLATE, withKind } from './editor-draft';

test('what is typed comes back as it was stored', () => {
  const content = normal(
    templateContent.parse({
      where: { tool: ['CVD-*', 'ALD-01'], characteristic: ['zernike.*'] },
      splitBy: ['chamber', 'tool'],
      kind: 'ewma',
      lambda: 0.1,
      rules: [1],
      preset: 'rule-1',
      alerting: false,
      baselineN: 30,
      title: '{where}',
    }),
  );
  expect(normal(templateContent.parse(contentOf(draftOf('T', content))))).toEqual(content);
});

test('a set of rules has its name, and another kind keeps the rules that it has', () => {
  expect([presetOf([1, 2]), presetOf([1, 2, 101]), presetOf([1, 3])]).toEqual(['nelson-1-2', 'nelson-1-2', 'custom']);
  expect(withKind({ ...NEW_TEMPLATE, rules: [1, 2, 101] }, 'ewma').rules).toEqual([1]);
  expect(withKind({ ...NEW_TEMPLATE, rules: [2] }, 'ewma').rules).toEqual([1]);
  expect(contentOf({ ...NEW_TEMPLATE, lambda: '0.3' })).not.toHaveProperty('lambda');
});

test('a name and a characteristic are needed, and a number that is none is refused by its field', () => {
  expect(draftFault(NEW_TEMPLATE)?.field).toBe('name');
  expect(draftFault({ ...NEW_TEMPLATE, name: 'T', where: { ...NEW_TEMPLATE.where, characteristic: ' , ' } })?.field).toBe(
    'where.characteristic',
  );
  expect(draftFault({ ...NEW_TEMPLATE, name: 'T' })).toBeNull();
  const odd = templateContent.safeParse(contentOf({ ...NEW_TEMPLATE, baselineN: 'many' }));
  expect(odd.error?.issues[0]?.path).toEqual(['baselineN']);
});
