import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import { changeLoop } from '@/lib/services/control/change-loop';
import { simulatedFab } from '@/lib/services/fab/simulated-fab';
import { as } from '../support/as';
import { type Door, openDoor } from '../support/door';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

const fab = { ...simulatedFab(1), metrologyRecipes: [] };
const model = fab.loops[0]!;
type LoopDocument = Omit<Partial<typeof model>, 'config'> & { name: string; config?: object };
const put = (l: LoopDocument) =>
  door.send('fab', JSON.stringify({ ...fab, loops: [{ ...model, ...l, config: { ...model.config, ...l.config } }] }), {}, 'PUT');
const loop = (name: string) =>
  db().one<{ id: string; state: string; version: number }>(
    sql`SELECT id, state::text, version FROM control_loop WHERE name = ${name}`,
  );

test.each(['shadow', 'closed', 'suspended'] as const)(
  'a loop that is sent as %s starts in shadow, and the answer says so',
  async (state) => {
    const name = `NEW-${state}`;
    const answer = await put({ name, state });
    expect(answer).toMatchObject({ status: 200, body: { newLoopsInShadow: [name] } });
    expect(await loop(name)).toMatchObject({ state: 'shadow', version: 1 });
    const trail = await db().rows(
      sql`SELECT actor, action, after->>'state' AS state FROM audit_entry WHERE entity = 'loop' AND after->>'name' = ${name}`,
    );
    expect(trail).toEqual([{ actor: 'fab', action: 'create', state: 'shadow' }]);
  },
);

/** What a page refuses of a configuration is refused of a document too, with the same words. */
const WRONG: readonly (readonly [string, object])[] = [
  ['min', { min: 1e99, max: -1e99 }],
  ['min', { min: 5, max: 5 }],
  ['xNominal', { xNominal: model.config.max + 1 }],
  ['xNominal', { xNominal: model.config.min - 1 }],
  ['quantum', { quantum: 2 * (model.config.max - model.config.min) }],
];
test.each(WRONG)('%s that cannot work (%j) is refused by the page and by the document', async (field, over) => {
  const name = `WRONG-${field}-${JSON.stringify(over)}`;
  const answer = await put({ name, config: over });
  expect(answer).toMatchObject({ status: 422, body: { details: { path: `loops.0.config.${field}` } } });
  expect(await loop(name)).toBeUndefined();
  const known = (await loop(model.name))!;
  await expect(
    changeLoop(as('ana'), { loop: known.id, seen: known.version, config: { ...model.config, ...over }, reason: 'to try it' }),
  ).rejects.toMatchObject({
    code: 'invalid_input',
    details: { field },
  });
});

test('a loop that exists keeps its state whatever the document says', async () => {
  expect((await loop(model.name))!.state).toBe('closed');
  expect(await put({ name: model.name, state: 'suspended' })).toMatchObject({ status: 200, body: { newLoopsInShadow: [] } });
  expect((await loop(model.name))!.state).toBe('closed');
});

test('what a document changes is in the trail, field by field, and what it repeats is not', async () => {
  const tools = fab.tools.map((t, i) => (i === 0 ? { ...t, kind: 'another kind' } : t));
  await door.send('fab', JSON.stringify({ ...fab, tools, areas: [...fab.areas, 'NEW-AREA'] }), {}, 'PUT');
  const entry = await db().one<{ before: object; after: object }>(
    sql`SELECT before, after FROM audit_entry WHERE entity = 'fab' ORDER BY id DESC LIMIT 1`,
  );
  const tool = fab.tools[0]!;
  expect(entry).toMatchObject({
    before: { tools: { [tool.name]: { kind: tool.kind } } },
    after: { tools: { [tool.name]: { kind: 'another kind' } }, added: { areas: ['NEW-AREA'], loops: [], recipes: [] } },
  });
});

test('what a document says otherwise of a loop or a recipe that exists is told, each with its path, and stays', async () => {
  const send = async (over: object) => (await door.send('fab', JSON.stringify({ ...fab, ...over }), {}, 'PUT')).body as unknown;
  expect(await send({})).toMatchObject({ kept: [] });
  const loops = fab.loops.map((l, i) => (i === 1 ? { ...l, config: { ...l.config, gain: l.config.gain * 10 } } : l));
  const recipes = fab.recipes.map((r, i) => (i === 2 ? { ...r, setpoints: { other: 1 } } : r));
  expect(await send({ loops, recipes })).toMatchObject({
    kept: [
      {
        path: 'loops.1.config.gain',
        message: expect.stringContaining(`keeps gain = ${fab.loops[1]!.config.gain}; an engineer changes it`),
      },
      { path: 'recipes.2', message: expect.stringContaining(`send this one as version ${fab.recipes[2]!.version + 1}`) },
    ],
  });
  // A change by an engineer since the registration is not a change of the document.
  const known = (await loop(fab.loops[2]!.name))!;
  await changeLoop(as('ana'), {
    loop: known.id,
    seen: known.version,
    config: { ...fab.loops[2]!.config, lambda: 0.31 },
    reason: 'tuned on the tool',
  });
  expect(await send({})).toMatchObject({ kept: [] });
});

test('another unit of a parameter, or another size of a product, is refused: stored numbers are read by them', async () => {
  const parameters = fab.parameters.map((p, i) => (i === 0 ? { ...p, unit: 'parsec' } : p));
  const products = fab.products.map((p, i) => (i === 1 ? { ...p, diameterMm: 200 } : p));
  for (const [over, path] of [
    [{ parameters }, 'parameters.0.unit'],
    [{ products }, 'products.1.diameterMm'],
  ] as const) {
    const answer = await door.send('fab', JSON.stringify({ ...fab, ...over }), {}, 'PUT');
    expect(answer).toMatchObject({ status: 409, body: { code: 'conflict', details: { path } } });
  }
});
