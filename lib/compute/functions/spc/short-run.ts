import { z } from 'zod';
import { gaps } from '@/lib/formats/compute';
import { requireMeasured } from '@/lib/numerics';
import { shortRunStatistics } from '@/lib/spc';
import { define, given } from '../../define';

export const shortRun = define({
  path: 'spc/short-run',
  title: 'Short-run statistics',
  text: 'Deviations from each product’s target, divided by its sigma where one is given, so that products share one chart.',
  input: z.strictObject({
    values: gaps('Values in process order'),
    products: z.array(z.string()).meta({ description: 'Product of each value' }),
    references: z
      .record(z.string(), z.strictObject({ target: z.number(), sigma: z.number().positive().optional() }))
      .meta({ description: 'Target, and sigma where known, of each product' }),
  }),
  relations: { sameLength: [['values', 'products']] },
  gaps: ['statistics'],
  run: ({ values: v, products, references }) => {
    requireMeasured('values', v);
    return {
      statistics: shortRunStatistics(v, products, Object.fromEntries(Object.entries(references).map(([k, r]) => [k, given(r)]))),
    };
  },
  table: { columns: [{ name: 'values' }, { name: 'products', kind: 'text' }] },
  example: {
    values: [101, 99, 52, 49],
    products: ['A', 'A', 'B', 'B'],
    references: { A: { target: 100, sigma: 2 }, B: { target: 50, sigma: 1 } },
  },
});
