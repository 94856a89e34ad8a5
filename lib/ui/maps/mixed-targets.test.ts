import { expect, test } from 'vitest';
import { mixOfTargets, mixWords } from './mixed-targets';

const t = (product: string, target: number | null) => ({ product, target });

test('products of different targets are compared by their differences to them', () => {
  expect(mixOfTargets([t('K', 100)])).toBe('same');
  expect(mixOfTargets([t('K', 100), t('H', 100)])).toBe('same');
  expect(mixOfTargets([t('K', 100), t('H', 80)])).toBe('differ');
  expect(mixOfTargets([t('K', 100), t('H', null)])).toBe('unknown');
  expect(mixOfTargets([t('K', null), t('H', null)])).toBe('unknown');
});

test('what the range means is said with the targets', () => {
  const targets = [t('K', 100), t('H', 80)];
  expect(mixWords('differ', true, targets, 'nm')).toBe('; each wafer minus the target of its product: K 100 nm, H 80 nm');
  expect(mixWords('differ', false, targets, 'nm')).toContain('products of different targets on one range');
  expect(mixWords('unknown', false, [t('K', 100), t('H', null)], 'nm')).toContain('H none');
  expect(mixWords('same', false, targets, 'nm')).toBe('');
});
