import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import type { MetrologyRecipe } from '@/lib/formats/metrology-recipe';
import type { SpectrumRecord } from '@/lib/formats/wire';
import { SPECTRAL_STATIONS } from '@/lib/simulator';
import { type Door, openDoor } from '../support/door';
import { ellipsometerLot, takeRecipes } from '../support/ellipsometer';
import { doAllWork } from '../support/work';

let door: Door;
let wafer: ReturnType<typeof ellipsometerLot>['wafer'];
const hfo2 = SPECTRAL_STATIONS.find((x) => x.recipe.name === 'HFO2-SE')!.recipe.content;

beforeAll(async () => {
  door = await openDoor();
  // another recipe of the operation, which knows one channel more
  const wide = { ...hfo2, channels: [...hfo2.channels, { ...hfo2.channels[0]!, name: 'psi 65', angleDeg: 65 }] };
  await takeRecipes([{ name: 'HFO2-WIDE', operation: 'ALD-HFO2', product: null, content: wide }]);
  const lot = ellipsometerLot(door.url, door.key, Date.UTC(2026, 8, 1, 7));
  wafer = lot.wafer;
  await lot.start();
}, 60_000);
afterAll(() => door.close());

const fitOf = (slot: number) =>
  db().one<{
    status: string[];
    accepted: number;
    values: Float64Array;
    u: Float64Array;
    measurements: string[];
    warnings: string[][];
  }>(
    sql`SELECT f.status, f.accepted, f.values, f.u, f.measurements, f.warnings FROM spectrum_fit f JOIN spectrum s ON s.id = f.spectrum_id WHERE s.slot = ${slot}`,
  );

test('what cannot be fitted is refused at the door with the field and the remedy', async () => {
  const issue = async (spoil: (r: SpectrumRecord) => void) => {
    const sent = await wafer(9, () => 8, spoil);
    expect(sent.status).toBe(422);
    return sent.body.results[0].issues[0];
  };
  expect(await issue((r) => Object.assign(r, { recipe: 'NO-SUCH' }))).toMatchObject({ path: 'recipe', code: 'unknown_name' });
  expect(await issue((r) => (r.channels[0]!.values as number[]).pop())).toMatchObject({ path: 'channels.0.values' });
  expect(await issue((r) => r.channels.pop())).toMatchObject({
    path: 'channels',
    message: expect.stringMatching(/fits psi 70, delta 70, and the spectrum does not have delta 70; send all of them/),
  });
  const misspelt = await issue((r) => Object.assign(r.channels[1]!, { name: 'Delta 70' }));
  expect(misspelt).toMatchObject({ path: 'channels.1.name', code: 'unknown_name' });
  expect(misspelt.message).toMatch(
    /"Delta 70" is not known .*\(known: .*delta 70, .*psi 70\); correct the name, leave the channel out/,
  );
  expect(await issue((r) => Object.assign(r.channels[1]!, { name: 'psi 70' }))).toMatchObject({ path: 'channels.1.name' });
  const sigma = (r: SpectrumRecord) => r.channels.map((c) => new Array<number | null>((c.values as unknown[]).length).fill(0.1));
  expect(
    await issue((r) => {
      const s = sigma(r);
      s[1]![7] = null;
      for (const [k, c] of r.channels.entries()) Object.assign(c, { sigma: s[k] });
    }),
  ).toMatchObject({ path: 'channels.1.sigma', message: expect.stringMatching(/value 7 is not a positive number/) });
  const empty = await issue((r) => (r.channels[0]!.values as (number | null)[]).fill(null));
  expect(empty).toMatchObject({ path: 'channels.0.values', message: expect.stringMatching(/no measured value at all/) });
  expect(await issue((r) => Object.assign(r, { recipe: 'M1-OCD' }))).toMatchObject({ path: 'recipe' });
});

test('channels are matched by name: in another order they give the same fits to the bit; one that another recipe knows is kept beside them', async () => {
  let numbers: SpectrumRecord['channels'] = [];
  await wafer(
    19,
    (i) => 7.9 + 0.01 * i,
    (r) => {
      numbers = r.channels;
    },
  );
  const extra = { name: 'psi 65', values: (numbers[0]!.values as number[]).map(() => 0.5) };
  const turned = await wafer(
    20,
    () => 0,
    (r) => Object.assign(r, { channels: [extra, ...[...numbers].reverse()] }),
  );
  expect(turned.body).toMatchObject({ accepted: 1 });
  await doAllWork();
  const [a, b] = [(await fitOf(19))!, (await fitOf(20))!];
  expect(a.accepted).toBe(13);
  expect([...b.values]).toEqual([...a.values]);
  expect([...b.u]).toEqual([...a.u]);
});

test('spectra with gaps are taken in, packed or plain: what is missing takes no part in the fit, and how much is told', async () => {
  const holes = [0, 3, 17, 50, 51 + 8];
  const isHole = (i: number) => holes.includes(i % (2 * 51)) && i < 4 * 51;
  const plain = (r: SpectrumRecord) => {
    for (const c of r.channels) c.values = (c.values as number[]).map((v, i) => (isHole(i) ? null : v));
    for (const c of r.channels) c.sigma = (c.values as (number | null)[]).map((v) => (v === null ? null : 0.05));
  };
  const sent = await wafer(21, () => 8, plain);
  expect(sent.body).toMatchObject({ accepted: 1 });
  await wafer(
    22,
    () => 8,
    (r) => {
      plain(r);
      for (const c of r.channels) {
        const pack = (v: (number | null)[]) => ({
          f32: Buffer.from(Float32Array.from(v, (q) => q ?? Number.NaN).buffer).toString('base64'),
        });
        c.values = pack(c.values as (number | null)[]);
        c.sigma = pack(c.sigma as (number | null)[]);
      }
    },
  );
  await doAllWork();
  const perChannel = Array.from({ length: 4 * 51 }, (_, i) => i).filter(isHole).length;
  for (const slot of [21, 22]) {
    const fit = (await fitOf(slot))!;
    expect(fit.accepted).toBe(13);
    for (let i = 0; i < 13; i++) expect(Math.abs(fit.values[i * 3]! - 8)).toBeLessThan(5 * fit.u[i * 3]!);
    const { warnings } = fit;
    expect(warnings[0]!.join()).toMatch(/8 of 102 values were not measured and took no part in the fit/);
    expect(warnings[12]!.join()).not.toMatch(/not measured/);
    const told = await db().one<{ text: string }>(
      sql`SELECT text FROM feed_event WHERE text LIKE ${`Lot L wafer ${slot}: 13 spectra%`}`,
    );
    expect(told!.text).toMatch(new RegExp(`, ${2 * perChannel} of ${13 * 2 * 51} values not measured$`));
  }
});

test('spectra whose recipe has come to fit a channel that they lack are refused site by site with the reason, not fitted by another column', async () => {
  await wafer(23, () => 8);
  const r = (await db().one<{ id: string; version: number; content: MetrologyRecipe }>(
    sql`SELECT r.id, r.version, v.content FROM metrology_recipe r JOIN metrology_recipe_version v ON v.recipe_id = r.id AND v.version = r.version WHERE r.name = 'HFO2-SE'`,
  ))!;
  const wanting = {
    ...r.content,
    channels: [...r.content.channels, { ...r.content.channels[0]!, name: 'psi 75', angleDeg: 75 }],
  };
  const fitsBy = (content: object) =>
    db().exec(
      sql`UPDATE metrology_recipe_version SET content = ${JSON.stringify(content)}::jsonb WHERE recipe_id = ${r.id} AND version = ${r.version}`,
    );
  await fitsBy(wanting);
  await doAllWork();
  await fitsBy(r.content);
  expect(await fitOf(23)).toMatchObject({ accepted: 0, status: new Array(13).fill('failed'), measurements: [] });
  const { warnings } = (await db().one<{ warnings: string[][] }>(
    sql`SELECT f.warnings FROM spectrum_fit f JOIN spectrum s ON s.id = f.spectrum_id WHERE s.slot = 23`,
  ))!;
  expect(warnings[0]).toEqual(['the spectrum does not have psi 75, which the recipe fits']);
});
