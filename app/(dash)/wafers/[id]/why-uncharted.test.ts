import { expect, test } from 'vitest';
import { whyUncharted } from './why-uncharted';

test('a wafer without a run waits for it, a corrected one for nothing, any other for the stage', () => {
  const head = { processedMs: 1, supersededBy: null, operation: 'ETCH-M1' };
  expect(whyUncharted({ ...head, processedMs: null })).toContain('No run of this wafer at ETCH-M1 is known');
  expect(whyUncharted({ ...head, supersededBy: 'm2' })).toContain('corrected');
  expect(whyUncharted(head)).toContain('SPC stage');
});
