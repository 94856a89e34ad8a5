import { afterAll, beforeAll, expect, test } from 'vitest';
import { fabIn } from '@/lib/formats/fab';
import { simulatedFab } from '@/lib/services/fab/simulated-fab';
import { type Door, openDoor } from '../support/door';
import { type Json, leaves, ODD_NUMBERS, ODD_TEXTS, withValue } from '../support/odd-values';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

/** A small fab that has every kind of entry once. */
const full = simulatedFab(1);
const recipe = full.metrologyRecipes[0]!;
const fab = {
  name: full.name,
  areas: full.areas,
  tools: [full.tools[0]!],
  stations: [full.stations[0]!],
  products: [full.products[0]!],
  operations: [{ ...full.operations[0]!, tools: [full.tools[0]!.name] }],
  routes: [{ name: 'R', operations: [full.operations[0]!.name] }],
  parameters: [full.parameters[0]!],
  specifications: [
    {
      product: full.products[0]!.name,
      operation: full.operations[0]!.name,
      parameter: full.parameters[0]!.name,
      target: 1,
      lsl: 0,
      usl: 2,
    },
  ],
  recipes: [
    { name: 'RR', version: 1, operation: full.operations[0]!.name, product: full.products[0]!.name, setpoints: { a: 1 } },
  ],
  metrologyRecipes: [],
  loops: [{ ...full.loops[0]!, operation: full.operations[0]!.name, state: 'shadow' }],
} as unknown as Json;

test('the fab by every odd text and number', { timeout: 300_000 }, async () => {
  expect(fabIn.safeParse(fab).error?.issues).toBeUndefined();
  expect((await door.send('fab', JSON.stringify(fab), {}, 'PUT')).status).toBe(200);
  for (const { path, kind } of leaves(fab))
    for (const odd of kind === 'text' ? ODD_TEXTS.slice(0, 16) : ODD_NUMBERS.filter((v) => Math.abs(v) > 1e9 || v === 0)) {
      const answer = await door.send('fab', JSON.stringify(withValue(fab, path, odd)), {}, 'PUT');
      expect(
        answer.status,
        `${path.join('.')} ${JSON.stringify(odd)}: ${JSON.stringify(answer.body).slice(0, 300)}`,
      ).toBeLessThan(500);
      expect(answer.retryAfter).toBeNull();
    }
});

test('a metrology recipe by odd texts', { timeout: 300_000 }, async () => {
  for (const { path } of leaves(recipe as unknown as Json).filter((l) => l.kind === 'text'))
    for (const odd of ['\u0000', 'a\ud800']) {
      const answer = await door.send(
        'fab',
        JSON.stringify({ ...(fab as object), metrologyRecipes: [withValue(recipe as unknown as Json, path, odd)] }),
        {},
        'PUT',
      );
      expect(answer.status, path.join('.')).toBe(422);
    }
});

const LISTS = [
  'areas',
  'tools',
  'stations',
  'products',
  'operations',
  'routes',
  'parameters',
  'specifications',
  'recipes',
  'loops',
] as const;
test.each(LISTS)('the fab with an entry of %s twice is refused at that entry', async (list) => {
  const entries = (fab as Record<string, Json[]>)[list]!;
  const answer = await door.send('fab', JSON.stringify({ ...(fab as object), [list]: [...entries, entries[0]] }), {}, 'PUT');
  expect(answer).toMatchObject({ status: 422, body: { detail: expect.stringContaining(`${list}.${entries.length}`) } });
});

test.each<[string, object]>([
  ['lsl above usl', { lsl: 3, usl: 2 }],
  ['lsl equal to usl', { lsl: 2, usl: 2 }],
])('a specification with %s is refused', async (_, over) => {
  const spec = { ...((fab as Record<string, Json[]>)['specifications']![0] as object), ...over };
  const answer = await door.send('fab', JSON.stringify({ ...(fab as object), specifications: [spec] }), {}, 'PUT');
  expect(answer).toMatchObject({ status: 422, body: { detail: expect.stringContaining('specifications.0.lsl') } });
});
