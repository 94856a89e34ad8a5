import { expect, test } from 'vitest';
import type { LoopView } from '@/lib/services/control/views/loop';
import { loopSpecs } from './loop-input';

const version = (v: number, createdMs: number, target: number) => ({ version: v, createdMs, config: { target } });
const view = (versions: object[], specifications: object[]) =>
  ({ loop: { config: { target: 53 }, lsl: 49, usl: 55 }, versions, specifications }) as unknown as LoopView;

test('the target is that of the loop at the time, the limits those of the specification at the time', () => {
  const versions = [version(3, 300, 53), version(2, 200, 52), version(1, 50, 52)];
  const specifications = [
    { fromMs: 0, lsl: 50, usl: 54 },
    { fromMs: 250, lsl: 49, usl: 55 },
  ];
  expect(loopSpecs(view(versions, specifications))).toEqual([
    { fromMs: 0, target: 52, lsl: 50, usl: 54 },
    { fromMs: 250, target: 52, lsl: 49, usl: 55 },
    { fromMs: 300, target: 53, lsl: 49, usl: 55 },
  ]);
});

test('a loop without a specification has its target; a version that changes neither makes no line', () => {
  const none = { ...view([version(1, 50, 52), version(2, 60, 52)], []) };
  expect(loopSpecs({ ...none, loop: { ...none.loop, lsl: null, usl: null } })).toEqual([
    { fromMs: 0, target: 52, lsl: null, usl: null },
  ]);
});
