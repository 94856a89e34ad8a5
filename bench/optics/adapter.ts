// usage: node adapter.mjs <workload> <repeats> <inversion.json> — times one workload of this code and prints one JSON line.
import { readFileSync } from 'node:fs';
import { complexArray } from '@/lib/numerics';
import { type GratingLayer, radians, solveCrossed, solveLineGrating, thinFilm } from '@/lib/optics';
import { cdSaxs, reflectivityFromSld } from '@/lib/xray';
import { fitWorkload } from './fit';

interface Workload {
  readonly run: () => unknown;
  /** The values that the peer prints. */
  readonly check: () => number[];
}

const [, , workload = '', repeats = '5', inversionFile = ''] = process.argv;
const grid = (from: number, to: number, n: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));

function tmm(): Workload {
  const w = grid(250, 1000, 1000);
  const index = (n: (w: number) => number, k: number) => complexArray(1000, w.map(n), new Float64Array(1000).fill(k));
  const films = Array.from({ length: 10 }, (_, j) => ({
    thicknessNm: 12 + 7.5 * j,
    index: index((v) => 1.45 + 0.09 * j + (3000 * (1 + (j % 3))) / (v * v), j % 2 ? 0 : 0.002 * j),
  }));
  const stack = { ambient: index(() => 1, 0), films, substrate: index((v) => 3.8 + 20000 / (v * v), 0.05) };
  let r: ReturnType<typeof thinFilm> | null = null;
  return {
    run: () => {
      r = thinFilm(stack, w, radians(65));
    },
    check: () => [r!.Rs[500]!, r!.Rp[500]!],
  };
}

function xrr(): Workload {
  const slabs = [
    { thicknessA: 0, sld: 0, isld: 0, roughnessTopA: 0 },
    ...Array.from({ length: 10 }, (_, j) => ({
      thicknessA: 20 + 6 * j,
      sld: 20 + 9 * (j % 4),
      isld: 0.3 + 0.4 * (j % 3),
      roughnessTopA: 2 + 0.2 * j,
    })),
    { thicknessA: 0, sld: 20.06, isld: 0.457, roughnessTopA: 3 },
  ];
  const q = grid(0.005, 0.5, 1000);
  let r: Float64Array = new Float64Array(0);
  return {
    run: () => {
      r = reflectivityFromSld(slabs, q);
    },
    check: () => [r[100]!, r[900]!],
  };
}

function rcwa(slices: number): Workload {
  const air = { re: 1, im: 0 };
  const w = grid(250, 800, 100);
  const out = { TE: 0, TM: 0 };
  return {
    run: () => {
      for (const [i, wl] of w.entries()) {
        const index = {
          re: 4 + 2.8 * Math.exp(-(((wl - 380) / 60) ** 2)),
          im: 2.5 / (1 + Math.exp((wl - 380) / 25)),
        };
        const layers: GratingLayer[] = Array.from({ length: slices }, (_, j) => {
          const half = (70 + (20 * (j + 0.5)) / slices) / 2;
          return { thicknessNm: 120 / slices, background: air, segments: [{ x0Nm: -half, x1Nm: half, index }] };
        });
        const grating = { periodNm: 200, superstrate: air, substrate: index, layers };
        for (const p of ['TE', 'TM'] as const) {
          const { reflected } = solveLineGrating(grating, wl, radians(65), p, 10);
          if (i === 50) out[p] = reflected[10]!;
        }
      }
    },
    check: () => [out.TE, out.TM],
  };
}

function crossed(): Workload {
  const air = { re: 1, im: 0 };
  const grating = {
    periodsNm: [300, 300] as const,
    superstrate: air,
    substrate: { re: 4, im: 0.03 },
    layers: [
      {
        thicknessNm: 150,
        background: { re: 1.6, im: 0 },
        rectangles: [{ centreXNm: 0, centreYNm: 0, widthXNm: 140, widthYNm: 140, index: air }],
      },
    ],
  };
  let r: ReturnType<typeof solveCrossed> | null = null;
  return {
    run: () => {
      r = solveCrossed(grating, 633, { angleRad: radians(30), azimuthRad: 0 }, [6, 6]);
    },
    check: () => [r!.TE.reflected[84]!, r!.TM.reflected[84]!],
  };
}

function saxs(): Workload {
  const heights = [6, 18, 22, 14, 5];
  const qx = Float64Array.from({ length: 1000 }, (_, i) => ((2 * Math.PI) / 48) * (1 + Math.floor(i / 100)));
  const qz = Float64Array.from({ length: 1000 }, (_, i) => -0.5 + (i % 100) / 99);
  const line = {
    bottomCdNm: 24,
    trapezoids: heights.map((h) => {
      const angle = Math.atan2(h, 0.3);
      return { heightNm: h, leftAngleRad: angle, rightAngleRad: angle, contrast: 1 };
    }),
  };
  let r: Float64Array = new Float64Array(0);
  return {
    run: () => {
      r = cdSaxs(line, qx, qz);
    },
    check: () => [r[10]!, r[900]!],
  };
}

const workloads: Record<string, () => Workload> = {
  tmm,
  xrr,
  rcwa1: () => rcwa(1),
  rcwa10: () => rcwa(10),
  crossed,
  saxs,
  fit: () => fitWorkload(JSON.parse(readFileSync(inversionFile, 'utf8'))),
};

const prepare = workloads[workload];
if (!prepare) throw new Error(`unknown workload ${workload}`);
const { run, check } = prepare();
// the first runs compile
const until = performance.now() + 300;
do run();
while (performance.now() < until);
let best = Number.POSITIVE_INFINITY;
const enough = performance.now() + 1500;
for (let i = 0; i < Number(repeats) || performance.now() < enough; i++) {
  const start = performance.now();
  run();
  best = Math.min(best, performance.now() - start);
}
console.log(JSON.stringify({ workload, seconds: best / 1e3, check: check() }));
