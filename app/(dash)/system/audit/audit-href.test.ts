import { expect, test } from 'vitest';
import { auditHref } from './audit-href';

test('an entry leads to what it is about: a point to its chart with the point selected', () => {
  expect(auditHref({ entity: 'chart_point', entityId: 'c1/r7' })).toBe('/spc/c1?point=r7');
  expect(auditHref({ entity: 'loop', entityId: 'l1' })).toBe('/control/l1');
  expect(auditHref({ entity: 'specification', entityId: 'HERON-52 · CMP-CU · removal' })).toBe(
    '/spc/specifications?product=HERON-52&operation=CMP-CU&parameter=removal',
  );
  expect(auditHref({ entity: 'user', entityId: 'u1' })).toBeNull();
});
