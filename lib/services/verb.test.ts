import { expect, test } from 'vitest';
import { z } from 'zod';
import { askedBy, asMachine, asSent, verb } from './verb';

const seen: unknown[] = [];
const paint = verb(
  {
    name: 'wall.paint',
    least: 'engineer',
    input: z.strictObject({ wall: z.string(), coat: z.strictObject({ nm: z.number() }) }),
    body: 'coat',
  },
  async (ctx, input) => {
    seen.push(input);
    return `${input.wall} by ${ctx.by.email}`;
  },
);
const by = (role: 'viewer' | 'operator' | 'engineer' | 'administrator') => askedBy({ email: `${role}@fab`, role }, null);

test('who may comes before what is asked, and that before the work', async () => {
  expect([paint.name, paint.least]).toEqual(['wall.paint', 'engineer']);
  for (const input of [{ wall: 'north', coat: { nm: 2 } }, null, 'x'])
    for (const role of ['viewer', 'operator'] as const)
      await expect(paint(by(role), asSent(input))).rejects.toMatchObject({
        code: 'forbidden',
        message: `this needs the role engineer; ${role}@fab is ${role}. Ask an administrator`,
      });
  expect(() => paint.allow(by('operator').by)).toThrow(expect.objectContaining({ code: 'forbidden' }));
  await expect(paint(by('engineer'), asSent({ wall: 'north', coat: { nm: 'two' } }))).rejects.toMatchObject({
    code: 'invalid_input',
    message: 'nm: must be a number',
    details: { field: 'nm' },
  });
  expect(seen).toEqual([]);
  expect(await paint(by('engineer'), { wall: 'north', coat: { nm: 2 } })).toBe('north by engineer@fab');
  expect(await paint(asMachine('seed'), { wall: 'south', coat: { nm: 3 } })).toBe('south by seed');
  expect(seen).toHaveLength(2);
});
