import { createElement as h, type ReactNode } from 'react';
import { beforeEach, expect, test, vi } from 'vitest';
import { prepareDensity } from '../recipes/density.prepare';
import { DensityPlot } from '../recipes/density-profile';
import { etchSweep } from '../recipes/fixtures/etch-sweep';
import { SweepPlot } from '../recipes/sweep-plot';
import { TEMPLATES } from '../recipes/templates';
import { SensitivityPlot } from '../spectra/sensitivity-plot';
import { SpectrumPlot } from '../spectra/spectrum-plot';
import { type Page, pageOf } from '../testing/page';
import { PredictionsChart } from '../vm/predictions-chart';
import { Bars } from './bars';
import { ControlChart } from './control-chart';
import { hourlyChart, T0 } from './fixtures/hourly-chart';
import { Histogram } from './histogram';
import { LoopChart } from './loop-chart';
import { PredictedVsMeasured } from './predicted-measured';
import { RadialProfile } from './radial-profile';
import { TraceChart } from './trace-chart';

const drawn = vi.hoisted(() => ({ plots: 0 }));
vi.mock('./plot-axes', async (original) => ({
  ...(await original<typeof import('./plot-axes')>()),
  PlotAxes: () => {
    drawn.plots++;
    return null;
  },
}));
beforeEach(() => {
  drawn.plots = 0;
});

const f = (...v: number[]): Float64Array => Float64Array.from(v);
const xrr = TEMPLATES.find((t) => t.key === 'xrr')!.content;
const at = f(T0, T0 + 1e6, T0 + 2e6);
const labels = ['a', 'b', 'c'];
const reliable = [true, true, false];
const version = [1, 1, 1];
const predicted = {
  title: 'VM',
  unit: 'nm',
  lo: f(0, 1, 2),
  hi: f(2, 3, 4),
  measured: f(1, 2, 3),
  reliable,
  version,
  label: labels,
};
const options = { xMode: 'time', showSpec: false, showZones: false } as const;

const PLOTS: Readonly<Record<string, () => ReactNode>> = {
  histogram: () => h(Histogram, { input: { label: 'CD', unit: 'nm', values: [1, 2, 2, 3, 3, 3] } }),
  bars: () => h(Bars, { title: 'T', unit: 'nm', items: labels.map((label, i) => ({ key: label, label, value: i })) }),
  'predicted against measured': () => h(PredictedVsMeasured, { input: { ...predicted, predicted: f(1, 2, 3) } }),
  'radial profile': () =>
    h(RadialProfile, { title: 'T', unit: 'nm', radius: [0, 75, 150], value: [1, 2, 3], radiusMm: 150, rings: [] }),
  spectrum: () =>
    h(SpectrumPlot, {
      input: {
        title: 'psi',
        channel: 'psi',
        unit: '°',
        axisLabel: 'Wavelength',
        axisUnit: 'nm',
        x: [300, 400, 500],
        measured: [1, 2, 3],
        sigma: [1, 1, 1],
        modelled: [1, 2, 2],
      },
    }),
  sensitivity: () =>
    h(SensitivityPlot, {
      title: 'psi',
      stepWords: 'by 1 %',
      data: {
        channel: 'psi',
        unit: '°',
        axisLabel: 'Wavelength',
        axisUnit: 'nm',
        x: [300, 400, 500],
        series: [{ parameter: 'cd', label: 'CD', values: f(1, 2, 3) }],
        xDomain: [300, 500],
        yDomain: [0, 3],
        xTicks: [300, 400, 500],
        yTicks: [0, 3],
        xDecimals: 0,
        yDecimals: 0,
      },
    }),
  'density profile': () =>
    h(DensityPlot, { title: 'X', model: prepareDensity(xrr.sample as Extract<typeof xrr.sample, { kind: 'xrr' }>, () => 20) }),
  'order sweep': () => h(SweepPlot, { certificate: etchSweep }),
  predictions: () =>
    h(PredictionsChart, {
      input: { ...predicted, at, value: f(1, 2, 3), place: labels, lsl: null, usl: null, windowMs: [T0, T0 + 2e6] },
    }),
  trace: () =>
    h(TraceChart, {
      input: { sensor: 'RF', unit: 'W', t: new Float32Array([0, 1, 2]), v: new Float32Array([5, 6, 7]), steps: [] },
    }),
  'control chart': () => h(ControlChart, { input: hourlyChart(30), options, selectedId: null, onSelect: () => {} }),
  loop: () =>
    h(LoopChart, {
      input: {
        title: 'L',
        outputUnit: 'nm',
        knob: 'time',
        knobUnit: 's',
        specs: [],
        output: { at, value: f(1, 2, 3), without: f(1, 2, 3), label: labels },
        moves: { at, value: f(1, 2, 3), kind: ['applied', 'applied', 'applied'], label: labels },
        disturbance: { at, value: f(0, 0, 0), u: f(1, 1, 1) },
        knobLimits: { low: 0, high: 9, nominal: 2 },
        events: [],
        windowMs: [T0, T0 + 2e6],
      },
    }),
};

const move = async (page: Page, x: number, y: number): Promise<void> => page.fire('application', 'pointermove', x, y);

test.each(Object.keys(PLOTS))('%s: a move of the pointer tells what lies there, and draws no panel again', async (name) => {
  const page = await pageOf(PLOTS[name]!());
  const before = page.text();
  expect(drawn.plots).toBeGreaterThan(0);
  drawn.plots = 0;
  const told = new Set<string>();
  for (let x = 5; x < 400; x += 10)
    for (let y = 5; y < 300; y += 10) {
      await move(page, x, y);
      told.add(page.text());
    }
  told.delete(before);
  expect(told.size).toBeGreaterThan(1);
  expect(drawn.plots).toBe(0);
});

test('the line across bars is named in the picture', async () => {
  const items = labels.map((label, i) => ({ key: label, label, value: i }));
  const page = await pageOf(h(Bars, { title: 'VIP', unit: '', items, reference: { value: 1, label: 'average' } }));
  expect(page.text()).toContain('average');
});

/** Three bars of 24 px that open what they are called. */
async function bars(): Promise<{ page: Page; opened: string[] }> {
  const opened: string[] = [];
  const items = labels.map((label, i) => ({ key: label, label, value: i }));
  const page = await pageOf(h(Bars, { title: 'T', unit: 'nm', items, onSelect: (key) => opened.push(key) }));
  return { page, opened };
}
const ROW = { a: 12, b: 36, c: 60 } as const;

test('a click opens what it was pressed and let go on', async () => {
  const { page, opened } = await bars();
  await page.fire('application', 'pointerdown', 200, ROW.b);
  await page.fire('application', 'pointerup', 200, ROW.b + 2);
  expect(opened).toEqual(['b']);
});

test.each([1, 2])('button %i of the mouse opens nothing', async (button) => {
  const { page, opened } = await bars();
  await page.fire('application', 'pointerdown', 200, ROW.b, button);
  await page.fire('application', 'pointerup', 200, ROW.b, button);
  await page.fire('application', 'pointerdown', 200, ROW.b);
  await page.fire('application', 'pointerup', 200, ROW.b, button);
  expect(opened).toEqual([]);
});

test('a press that began elsewhere, moved to another bar or left the chart opens nothing', async () => {
  const { page, opened } = await bars();
  await page.fire('application', 'pointerup', 200, ROW.a);
  await page.fire('application', 'pointerdown', 200, ROW.a);
  await page.fire('application', 'pointerup', 200, ROW.c);
  await page.fire('application', 'pointerdown', 200, ROW.a);
  await page.fire('application', 'pointercancel', 200, ROW.a);
  await page.fire('application', 'pointerup', 200, ROW.a);
  expect(opened).toEqual([]);
});

test.each([
  [0, 1],
  [2, 0],
])('a drag with button %i of the mouse chooses %i stretches of a control chart, and no point', async (button, count) => {
  const chosen: (string | null)[] = [];
  const ranges: number[][] = [];
  const page = await pageOf(
    h(ControlChart, {
      input: hourlyChart(30),
      options,
      selectedId: null,
      onSelect: (id) => chosen.push(id),
      onRange: (from, to) => ranges.push([from, to]),
    }),
  );
  await page.fire('application', 'pointerdown', 250, 50, button);
  await move(page, 100, 60);
  await page.fire('application', 'pointerup', 100, 60, button);
  expect([chosen, ranges.length]).toEqual([[], count]);
  for (const [from, to] of ranges) expect(to! - from!).toBeGreaterThan(0);
});
