import { expect, test } from 'vitest';
import { normal, templateContent } from '@/lib/services/spc/templates/content';
import { presetOf } from '@/lib/spc';
import { contentOf, draftFault, draftOf, NEW_TEMPLATE, placeOf, withKind, withVariables } from './editor-draft';

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

test('variables come back in their order, say what the charts are of, and the baseline grows with them', () => {
  const sensors = Array.from({ length: 12 }, (_, i) => ({
    characteristic: `trace.s${11 - i}.etch.mean`,
    parameter: `s${11 - i}`,
  }));
  const typed = withKind({ ...NEW_TEMPLATE, name: 'T', specified: true, where: { ...NEW_TEMPLATE.where, tool: 'ETC-*' } }, 't2');
  expect(draftFault(typed)).toEqual({ field: 'variables', text: 'Choose two variables at least.' });
  const draft = withVariables(typed, sensors);
  expect(draftFault(draft)).toBeNull();
  expect(draft.baselineN).toBe('36');
  expect(placeOf(draft)).toEqual({ where: { tool: ['ETC-*'] } });
  const content = normal(templateContent.parse(contentOf(draft)));
  expect(content).toMatchObject({ where: { tool: ['ETC-*'] }, variables: sensors, specified: false, baselineN: 36 });
  expect(normal(templateContent.parse(contentOf(draftOf('T', content))))).toEqual(content);
  expect(contentOf(withKind(draft, 'individuals'))).not.toHaveProperty('variables');
});
