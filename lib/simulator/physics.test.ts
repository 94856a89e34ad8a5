import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  aldThickness,
  arrheniusRatio,
  BOLTZMANN_EV,
  bossungCd,
  butlerVolmer,
  cellCurrent,
  FARADAY,
  GAS_CONSTANT,
  kelvin,
  platedCopper,
  prestonRemoval,
} from './physics';

describe('Arrhenius', () => {
  test('slope of ln(rate) against 1/T is −Ea/k', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 3, noNaN: true }), fc.double({ min: 300, max: 1500, noNaN: true }), (ea, t) => {
        const u = t * 1.1;
        const slope = Math.log(arrheniusRatio(ea, u, 1000) / arrheniusRatio(ea, t, 1000)) / (1 / u - 1 / t);
        expect(slope / (-ea / BOLTZMANN_EV)).toBeCloseTo(1, 9);
      }),
    );
  });
  test('worked example: 0.5 eV from 300 K to 310 K gives a factor of 1.87', () => {
    expect(arrheniusRatio(0.5, 310, 300)).toBeCloseTo(Math.exp((0.5 / 8.617333262e-5) * (10 / (300 * 310))), 12);
    expect(arrheniusRatio(0.5, 310, 300)).toBeCloseTo(1.866, 3);
  });
});

test('Preston is linear in pressure, speed and time', () => {
  expect(prestonRemoval(0.4, 14, 1.2, 60)).toBeCloseTo(403.2, 10);
  for (const k of [0.5, 2, 3]) {
    expect(prestonRemoval(0.4, 14 * k, 1.2, 60)).toBeCloseTo(k * 403.2, 9);
    expect(prestonRemoval(0.4, 14, 1.2 * k, 60)).toBeCloseTo(k * 403.2, 9);
    expect(prestonRemoval(0.4, 14, 1.2, 60 * k)).toBeCloseTo(k * 403.2, 9);
  }
});

describe('plating', () => {
  const kinetics = { i0: 0.0012, alphaAnodic: 1.5, alphaCathodic: 0.5 };
  test('Faraday: 20 mA/cm² plates 0.44 µm of copper a minute, and 2F plate one mole', () => {
    expect(platedCopper(0.02, 60, 1)).toBeCloseTo(441.0, 0);
    const seconds = 1000; // 1 A/cm² for 1000 s, film in cm³ per cm² times density is grams
    const grams = platedCopper(1, seconds, 1) * 1e-7 * 8.96;
    expect(grams / 63.546).toBeCloseTo(seconds / (2 * FARADAY), 12);
  });
  test('Butler–Volmer: linear near equilibrium, Tafel far from it, zero at zero', () => {
    const tK = 298.15;
    expect(butlerVolmer(kinetics, 0, tK)).toBe(0);
    const eta = 1e-6;
    const slope = (kinetics.i0 * (kinetics.alphaAnodic + kinetics.alphaCathodic) * FARADAY) / (GAS_CONSTANT * tK);
    expect(butlerVolmer(kinetics, eta, tK) / (slope * eta)).toBeCloseTo(1, 4);
    const decade = (Math.LN10 * GAS_CONSTANT * tK) / (kinetics.alphaCathodic * FARADAY); // 118 mV per decade at α = 0.5
    expect(decade).toBeCloseTo(0.1183, 4);
    expect(butlerVolmer(kinetics, 0.3 + decade, tK) / butlerVolmer(kinetics, 0.3, tK)).toBeCloseTo(10, 6);
  });
  test('the cell shares the applied potential between electrode and resistance', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.6, noNaN: true }),
        fc.double({ min: 0, max: 10, noNaN: true }),
        fc.double({ min: 280, max: 330, noNaN: true }),
        (volts, resistance, tK) => {
          const cell = cellCurrent(kinetics, volts, resistance, tK);
          expect(cell.status).toBe('converged');
          expect(Math.abs(cell.residual)).toBeLessThan(1e-11);
          expect(butlerVolmer(kinetics, volts - resistance * cell.j, tK)).toBeCloseTo(cell.j, 9);
        },
      ),
    );
  });
});

describe('lithography', () => {
  const curve = { cd: 45, latitude: 42, dose: 32, curvature: -80, curvatureDose: 60 };
  test('nominal point, sign of dose, even in focus', () => {
    expect(bossungCd(curve, 32, 0)).toBe(45);
    expect(bossungCd(curve, 33, 0)).toBeLessThan(45);
    expect(bossungCd(curve, 31, 0.05)).toBe(bossungCd(curve, 31, -0.05));
    expect(bossungCd(curve, 32, 0.05)).toBeCloseTo(45 - 0.2, 12);
  });
  test('curvature changes with dose: the curves of a Bossung plot are not parallel', () => {
    const bend = (dose: number) => bossungCd(curve, dose, 0.1) - bossungCd(curve, dose, 0);
    expect(bend(28)).toBeGreaterThan(bend(36));
  });
  test('refuses a dose that is not positive', () => {
    expect(() => bossungCd(curve, 0, 0)).toThrowError(/dose is 0/);
  });
});

test('ALD is linear in cycles after incubation and saturates with dose', () => {
  expect(aldThickness(0.1, 50, 82, 2)).toBeCloseTo(8, 12);
  expect(aldThickness(0.1, 3, 42, 2) * 2).toBeCloseTo(aldThickness(0.1, 3, 82, 2), 12);
  expect(aldThickness(0.1, 3, 1, 2)).toBe(0);
  expect(aldThickness(0.1, 1, 82, 2) / aldThickness(0.1, 50, 82, 2)).toBeCloseTo(1 - Math.exp(-1), 12);
  expect(kelvin(25)).toBe(298.15);
});
