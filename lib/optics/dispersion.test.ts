import { expect, test } from 'vitest';
import { complexArray } from '@/lib/numerics';
import { effectiveMedium, kramersKronig, permittivity, permittivityAtEnergy, refractiveIndex, taucLorentz } from './index';

const one = (re: number, im = 0) => complexArray(1, Float64Array.of(re), Float64Array.of(im));

test('fused silica at 587.56 nm (Malitson 1965) has n = 1.45846', () => {
  const terms = [
    { b: 0.6961663, cUm: 0.0684043 },
    { b: 0.4079426, cUm: 0.1162414 },
    { b: 0.8974794, cUm: 9.896161 },
  ];
  expect(refractiveIndex({ kind: 'sellmeier', a: 1, terms }, [587.56]).re[0]).toBeCloseTo(1.45846, 5);
});

test('the closed Tauc-Lorentz ε₁ is the Kramers-Kronig partner of its ε₂', () => {
  const base = { kind: 'tauc-lorentz', gapEv: 1.2, amplitudeEv: 122, centreEv: 3.45, broadeningEv: 2.54 } as const;
  // below, next to, at and above C = 2 E0, where α is real, almost 0, 0 and imaginary
  for (const broadeningEv of [2.54, 6.8999, 6.899999, 6.9, 6.9001, 11]) {
    const t = { ...base, broadeningEv };
    for (const e of [0.6, 1.2, 2.1, 3.45, 5.9])
      expect(taucLorentz(t, e).re).toBeCloseTo(
        kramersKronig((x) => taucLorentz(t, x).im, e, [t.gapEv, t.centreEv]),
        9,
      );
  }
});

test('mixing rules return the pure phases, and refuse a fraction above 1', () => {
  const h = one(-10, 12);
  const g = one(2.2);
  for (const rule of ['bruggeman', 'maxwell-garnett'] as const) {
    expect(effectiveMedium(rule, h, g, 0).re[0]).toBeCloseTo(-10, 12);
    expect(effectiveMedium(rule, h, g, 1).re[0]).toBeCloseTo(2.2, 10);
  }
  expect(() => effectiveMedium('bruggeman', h, g, 1.2)).toThrow(/fraction/);
});

test('a law refuses a wavelength of 0 and a Tauc-Lorentz width of 0', () => {
  expect(() => permittivity({ kind: 'constant', n: 1, k: 0 }, [0])).toThrow(/positive/);
  const wide = { kind: 'tauc-lorentz', gapEv: 1, amplitudeEv: 1, centreEv: 1, broadeningEv: 0 } as const;
  expect(() => permittivityAtEnergy({ kind: 'oscillators', epsInf: 1, terms: [wide] }, [2])).toThrow(/broadeningEv/);
});
