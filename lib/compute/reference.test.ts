import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compute } from './compute';

/** Figures of published tables and independent programs, through the same entry point as the API and the command line. */
// biome-ignore lint/suspicious/noExplicitAny: cases of many shapes
type Loose = any;

function referenceCase(file: string, id: string): { input: Loose; expected: Loose } {
  const { cases } = JSON.parse(readFileSync(join('tests/reference', file), 'utf8')) as { cases: Loose[] };
  const c = cases.find((v) => v.id === id);
  return { input: c.input ?? c.inputs, expected: c.expected };
}

const run = (path: string, input: unknown): Promise<Loose> => compute(path, JSON.parse(JSON.stringify(input)));

function near(got: Loose, expected: Loose, relative = 1e-9): void {
  const g = [got].flat(9) as number[];
  const e = [expected].flat(9) as number[];
  expect(g.length).toBe(e.length);
  const scale = Math.max(...e.map(Math.abs));
  e.forEach((v, i) => {
    expect(Math.abs(g[i]! - v)).toBeLessThanOrEqual(relative * scale);
  });
}

test('spc/ewma: NIST e-Handbook series', async () => {
  const { input, expected } = referenceCase('stats/spc-ewma-cusum.json', 'spc.ewma.nist20');
  const r = await run('spc/ewma', input);
  near(r.values, expected.ewma);
  near(r.lcl, expected.lcl);
});

test('spc/capability of subgroups', async () => {
  const { input, expected } = referenceCase('stats/spc-capability.json', 'spc.capability.cap.si');
  const { subgroups, lsl, usl, target } = input;
  const r = await run('spc/capability', { subgroups, lsl, usl, target });
  near(r.within.actual, expected.within.index.Cpk);
  near([r.overall.intervals.actual.low, r.overall.intervals.actual.high], expected.overall.ci.Ppk);
});

test('spc/constants and spc/arl: printed tables', async () => {
  expect((await run('spc/constants', { n: 5 })).A2).toBeCloseTo(0.577, 3);
  const { input, expected } = referenceCase('stats/spc-arl.json', 'spc.arl.ewma.l0.2-L2.962');
  const r = await run('spc/arl', { chart: 'ewma', lambda: input.lambda, nSigmas: input.L, shifts: input.mu });
  near(r.arl, expected.arl, 1e-6);
});

test('overlay/fit: wafer places, and the joint model of ten terms', async () => {
  const one = referenceCase('stats/overlay.json', 'overlay.linear.a');
  // positions on the wafer: the marks of this case are fitted where they are
  const x = one.input.X.map((v: number, i: number) => v + one.input.x[i]);
  const y = one.input.Y.map((v: number, i: number) => v + one.input.y[i]);
  const wafer = await run('overlay/fit', { x, y, dx: one.input.dx, dy: one.input.dy, terms: 'linear' });
  const byHand = await run('overlay/fit', {
    fieldX: one.input.X,
    fieldY: one.input.Y,
    x: one.input.x,
    y: one.input.y,
    dx: one.input.dx,
    dy: one.input.dy,
    gridOnly: true,
  });
  near(
    wafer.dx.terms.map((t: Loose) => t.value),
    byHand.dx.terms.map((t: Loose) => t.value),
  );
  const { input, expected } = referenceCase('stats/overlay.json', 'overlay.joint.1-1');
  const joint = await run('overlay/fit', {
    fieldX: input.X,
    fieldY: input.Y,
    x: input.x,
    y: input.y,
    dx: input.dx,
    dy: input.dy,
    terms: 'linear',
  });
  near(joint.dx.rss, expected.dx.rss);
  near(joint.dx.residualSigma, expected.dx.sigma);
  expect(joint.dx.rank).toBe(5);
});

test('spatial/zernike and spatial/kriging', async () => {
  const z = referenceCase('stats/zernike.json', 'zernike.fit.25pt-21');
  const [x, y] = [0, 1].map((k) => z.input.points.map((p: number[]) => p[k]));
  const fit = await run('spatial/zernike', { x, y, value: z.input.z, terms: z.input.terms, onDeficient: 'minimum_norm' });
  near(fit.fitted, z.expected.fitted, 1e-8);
  const k = referenceCase('stats/kriging.json', 'kriging.wafer1.ok');
  const { x: kx, y: ky, z: value, xNew, yNew, model, sigma2, phi, nugget, nu } = k.input;
  const r = await run('spatial/kriging', { x: kx, y: ky, value, xNew, yNew, model, sigma2, phi, nugget, nu });
  near(r.prediction, k.expected.pred, 1e-8);
  near(r.variance, k.expected.variance, 1e-8);
});

test('uncertainty/gum: GUM H.1; uncertainty/monte-carlo: Supplement 1, 9.2.3', async () => {
  const { input, expected } = referenceCase('stats/uncertainty.json', 'gum.h1.gauge-block');
  const quantities = input.quantities.map(({ name, value, u, dof }: Loose) => ({
    name,
    value,
    u,
    ...(dof === null ? {} : { dof }),
  }));
  const r = await run('uncertainty/gum', { model: input.model, quantities, level: input.level });
  near(r.u, expected.u, 1e-9);
  near(r.dofEffective, expected.dofEff, 1e-9);
  near(r.expanded, expected.U, 1e-9);
  const four = Object.fromEntries(['a', 'b', 'c', 'd'].map((n) => [n, { kind: 'uniform', a: -Math.sqrt(3), b: Math.sqrt(3) }]));
  const mc = await run('uncertainty/monte-carlo', { model: 'a+b+c+d', distributions: four, trials: 200_000 });
  expect(mc.u).toBeCloseTo(2, 2);
  expect(mc.shortest[1]).toBeCloseTo(3.88, 1);
});

test('control/mpc, control/variance', async () => {
  const { input, expected } = referenceCase('stats/mpc-qp.json', 'mpc.double-integrator-0');
  const r = await run('control/mpc', input);
  near(r.u, expected.u, 1e-6);
  near(r.cost, expected.cost, 1e-9);
  // white noise: the textbook 2/(2 − λ) of an EWMA loop
  expect((await run('control/variance', { lambda: 0.4, disturbance: { kind: 'white' } })).variance).toBeCloseTo(2 / 1.6, 12);
});

test('vm/gp-train and vm/gp-predict: fixed kernel; vm/pls-train: etch data', async () => {
  const { input, expected } = referenceCase('stats/vm-gpr.json', 'vm.gpr.rbf-1d');
  const kernel = {
    kind: 'rbf',
    signalVariance: input.signalVariance,
    lengthScale: [input.lengthScale],
    noiseVariance: input.noiseVariance,
  };
  const trained = await run('vm/gp-train', { x: input.x, y: input.y, kernel, normalizeY: false });
  near(trained.logLikelihood, expected.lml, 1e-10);
  const p = await run('vm/gp-predict', { model: trained.model, x: input.xTest });
  near(p.mean, expected.mean, 1e-9);
  near(p.uLatent, expected.stdLatent, 1e-8);
  const etch = referenceCase('stats/vm-pls.json', 'vm.pls.etch1');
  const responses = etch.input.y.map((v: number | number[]) => [v].flat());
  const { components, scale } = etch.input;
  const pls = await run('vm/pls-train', { x: etch.input.x, responsesRows: responses, components, scale, validation: 'none' });
  const predicted = await run('vm/pls-predict', { model: pls.model, x: etch.input.xTest });
  near(
    predicted.predictions.map((v: Loose) => v.responses.map((q: Loose) => q.value)),
    etch.expected.nipals.predictions[String(components)],
    1e-7,
  );
});

test('optics/thin-film, optics/grating, xrr/reflectivity, saxs/lines', async () => {
  const film = referenceCase('optics/thinfilm.json', 'sio2-on-si-100nm');
  const values = (m: Loose) => {
    const all = (v: number | number[]) => (Array.isArray(v) ? v : film.input.wavelength_nm.map(() => v));
    return { kind: 'values', n: all(m.n), k: all(m.k) };
  };
  const at65 = film.expected.per_angle[0];
  const r = await run('optics/thin-film', {
    wavelengthNm: film.input.wavelength_nm,
    angleDeg: at65.angle_deg,
    ambient: values(film.input.ambient),
    films: film.input.layers.map((l: Loose) => ({ material: values(l), thicknessNm: l.thickness_nm })),
    substrate: values(film.input.substrate),
  });
  near(r.rs.re, at65.rs.re, 1e-9);
  near(r.psiDeg, at65.Psi_deg, 1e-8);

  const { input, expected } = referenceCase('optics/rcwa-1d.json', 'dielectric-204-deep');
  const [air, g] = ['air', 'g'].map((m) => ({ kind: 'constant', ...input.materials[m] }));
  const want = expected.truncated[1];
  const grating = await run('optics/grating', {
    wavelengthNm: input.wavelength_nm,
    angleDeg: input.angle_deg,
    periodNm: input.period_nm,
    superstrate: air,
    substrate: g,
    layers: [{ thicknessNm: 5000, background: air, segments: [{ x0Nm: -250, x1Nm: 250, material: g }] }],
    truncation: want.M,
  });
  near(grating.TM.reflected['-1'], want.TM.R['-1'], 1e-8);
  near(grating.TE.transmitted['1'], want.TE.T['1'], 1e-8);
  near(grating.deltaDeg, want.Delta_deg, 1e-8);

  const xrr = referenceCase('optics/reflectivity.json', 'hfo2-index');
  const curve = await run('xrr/reflectivity', {
    qPerA: xrr.input.q_per_A,
    wavelengthA: xrr.input.wavelength_A,
    slabs: xrr.input.layers.map((l: Loose) => ({
      delta: l.delta,
      beta: l.beta,
      thicknessA: l.thickness_A ?? 0,
      roughnessTopA: l.roughness_top_A ?? 0,
    })),
    scale: xrr.input.scale ?? 1,
    background: xrr.input.background ?? 0,
  });
  near(curve.reflectivity, xrr.expected.R, 1e-8);

  const saxs = referenceCase('optics/saxs.json', 'degenerate-points');
  const lines = await run('saxs/lines', {
    qxPerNm: saxs.input.qx_per_nm,
    qzPerNm: saxs.input.qz_per_nm,
    bottomCdNm: 30,
    trapezoids: [{ heightNm: 40, leftAngleDeg: 80, rightAngleDeg: 90 }],
  });
  near(lines.intensity, saxs.expected.I, 1e-9);
  near(lines.amplitude.im, saxs.expected.F.im, 1e-9);
});

test('defects/yield and defects/clusters', async () => {
  const y = referenceCase('stats/fdc-defects.json', 'fdc.yield.s');
  near((await run('defects/yield', { model: 'murphy', lambda: y.input.lambda })).yield, y.expected.murphy, 1e-12);
  const d = referenceCase('stats/fdc-defects.json', 'fdc.dbscan.a');
  const [x, yy] = [0, 1].map((k) => d.input.points.map((p: number[]) => p[k]));
  const r = await run('defects/clusters', { x, y: yy, radius: d.input.eps, minPoints: d.input.minPts });
  expect(r.noise).toBe(d.expected.noise);
  expect([...r.sizes].sort((a: number, b: number) => b - a)).toEqual(d.expected.clusterSizes);
});
