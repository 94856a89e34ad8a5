import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, sql } from '@/lib/db';
import type { MetrologyRecipe, SpectrumAxis } from '@/lib/formats/metrology-recipe';
import { compileRecipe } from '@/lib/recipes';
import { type Door, openDoor } from '../support/door';
import { ellipsometerLot, takeRecipes } from '../support/ellipsometer';
import { doAllWork } from '../support/work';

let door: Door;
let wafer: ReturnType<typeof ellipsometerLot>['wafer'];

/** Mueller elements along lines that may lean, started by a library. */
const free = (
  name: string,
  unit: string,
  value: number,
  lower: number,
  upper: number,
): MetrologyRecipe['parameters'][number] => ({
  name,
  label: name,
  unit,
  value,
  role: { kind: 'free', lower, upper },
  reportAs: null,
});
const silicon = { kind: 'library', name: 'Si' } as const;
const MUELLER = ['m12', 'm33', 'm34', 'm13', 'm14'] as const;
const muellerRecipe: MetrologyRecipe = {
  sample: {
    kind: 'line-grating',
    pitchNm: 120,
    ambient: { kind: 'constant', n: 1, k: 0 },
    line: {
      cdNm: 'cd',
      cdAt: 0.5,
      topRoundingNm: 0,
      footingNm: 0,
      sections: [
        { name: 'line', material: { kind: 'constant', n: 2, k: 0 }, heightNm: 'height', sidewallAngleDeg: 88, tiltDeg: 'tilt' },
      ],
    },
    films: [],
    substrate: silicon,
    slices: 2,
    truncation: null,
    tolerance: 0.1,
  },
  parameters: [free('cd', 'nm', 40, 20, 90), free('height', 'nm', 120, 60, 380), free('tilt', 'deg', 0, -3, 3)],
  channels: MUELLER.map((quantity) => ({
    name: quantity,
    quantity,
    angleDeg: 65,
    azimuthDeg: 90,
    sigma: { absolute: 0.003, relative: 0 },
  })),
  range: { from: 450, to: 800 },
  fit: { starts: 1, maxIterations: 60, seed: 1, library: { entries: 100, seed: 1 } },
  accept: { reducedChi2: 4 },
};

beforeAll(async () => {
  door = await openDoor();
  const head = { name: 'MM-OCD', operation: 'ALD-HFO2', product: null };
  await takeRecipes([{ ...head, content: muellerRecipe }]);
  const lot = ellipsometerLot(door.url, door.key, Date.UTC(2026, 8, 1, 7));
  wafer = lot.wafer;
  await lot.start();
}, 60_000);
afterAll(() => door.close());

const fitOf = (slot: number) =>
  db().one<{ accepted: number; values: Float64Array; u: Float64Array }>(
    sql`SELECT f.accepted, f.values, f.u FROM spectrum_fit f JOIN spectrum s ON s.id = f.spectrum_id WHERE s.slot = ${slot}`,
  );

test('Mueller elements along tilted lines, far from the recipe’s values, are found by its library of starts', async () => {
  const { certificate } = (await db().one<{ certificate: { truncation: number; azimuthDeg: number } }>(
    sql`SELECT v.certificate FROM metrology_recipe r JOIN metrology_recipe_version v ON v.recipe_id = r.id WHERE r.name = 'MM-OCD'`,
  ))!;
  expect(certificate.azimuthDeg).toBe(90);
  const axis: SpectrumAxis = { kind: 'wavelength', nm: Array.from({ length: 6 }, (_, i) => 450 + 70 * i) };
  const { model } = compileRecipe(muellerRecipe, axis, certificate.truncation);
  const truth = (site: number): number[] => [66 + 0.3 * site, 300 + site, 0.2 * (site - 6)];
  const spectra = Array.from({ length: 13 }, (_, i) => model(truth(i)));
  const sent = await wafer(
    13,
    () => 8,
    (r) => {
      const channels = MUELLER.map((name, k) => ({
        name,
        // a deterministic ripple stands for noise
        values: spectra.flatMap((s, site) =>
          [...s.slice(6 * k, 6 * k + 6)].map((v, i) => v + 0.003 * Math.sin(7 * i + 3 * k + site)),
        ),
      }));
      Object.assign(r, { recipe: 'MM-OCD', axis, channels });
    },
  );
  expect(sent.body).toMatchObject({ accepted: 1 });
  await doAllWork();
  const fit = (await fitOf(13))!;
  expect(fit.accepted).toBe(13);
  for (let i = 0; i < 13; i++)
    for (const [j, v] of truth(i).entries()) expect(Math.abs(fit.values[3 * i + j]! - v)).toBeLessThan(4 * fit.u[3 * i + j]!);
}, 60_000);
