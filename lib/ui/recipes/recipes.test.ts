import { describe, expect, test } from 'vitest';
import { certifyRecipe, compileRecipe, type MetrologyRecipe, recipeIssues } from '@/lib/recipes';
import { channelKind } from '../spectra/channel-curves';
import { densityWords, prepareDensity } from './density.prepare';
import { moved, parseQuantity, renameParameter, valuesOf, withStarts, withValue } from './draft';
import { draftInputs, previewAxis, reducedChi2Of } from './draft-curves';
import { prepareDrawing } from './drawing.prepare';
import { recipeDifference } from './recipe-diff';
import { TEMPLATES } from './templates';

const template = (key: string): MetrologyRecipe => TEMPLATES.find((t) => t.key === key)!.content;
const film = template('film-stack');
const grating = template('line-grating');

describe('templates', () => {
  test.each(TEMPLATES.map((t) => [t.key, t.content] as const))('%s is valid and has a model over its range', (_, content) => {
    expect(recipeIssues(content).issues).toEqual([]);
    const axis = previewAxis(content);
    const m = content.sample.kind === 'line-grating' ? 4 : null;
    const c = compileRecipe(content, axis, m);
    const spectrum = c.model(valuesOf(content, {}));
    expect(spectrum.every((v) => Number.isFinite(v))).toBe(true);
    expect(spectrum.length).toBe(c.used.length * content.channels.length);
  });

  test('the order sweep of the grating reaches its tolerance', () => {
    expect(certifyRecipe(grating)).toMatchObject({ isReached: true, geometries: 3 });
  });
});

describe('validation', () => {
  test('an issue names the path of its field', () => {
    expect(recipeIssues(withValue(film, 'sample.films.0.thicknessNm', Number.NaN)).issues).toEqual([
      { path: 'sample.films.0.thicknessNm', message: 'give a number or the name of a parameter' },
    ]);
    expect(recipeIssues(withValue(film, 'sample.films.0.thicknessNm', 'oxid')).issues).toEqual([
      { path: 'sample.films.0.thicknessNm', message: 'there is no parameter "oxid"; add it or give a number' },
    ]);
    expect(recipeIssues(withValue(film, 'fit.starts', 0)).issues[0]?.path).toBe('fit.starts');
    expect(recipeIssues(withValue(film, 'range.from', 900)).issues[0]).toMatchObject({ path: 'range' });
    expect(recipeIssues('no recipe').recipe).toBeNull();
  });
});

describe('draft', () => {
  test('one field changes, what lies beside it is shared', () => {
    const next = withValue(film, 'parameters.0.role.lower', 30);
    expect(next.parameters[0]!.role).toMatchObject({ lower: 30, upper: 200 });
    expect(next.sample).toBe(film.sample);
    expect(film.parameters[0]!.role).toMatchObject({ lower: 20 });
  });

  test('a parameter is renamed where it is used, ties among them, and nowhere else', () => {
    const tied: MetrologyRecipe = {
      ...film,
      parameters: [
        ...film.parameters,
        {
          name: 'half',
          label: '',
          unit: 'nm',
          value: 0,
          role: { kind: 'tied', offset: 1, terms: [{ parameter: 'thickness', factor: 0.5 }] },
          reportAs: null,
        },
      ],
      sample: withValue(film.sample, 'films.0.name', 'thickness'),
    };
    const next = renameParameter(tied, 0, 'oxide');
    expect(next.sample).toMatchObject({ films: [{ name: 'thickness', thicknessNm: 'oxide' }] });
    expect(next.parameters[1]!.role).toMatchObject({ terms: [{ parameter: 'oxide' }] });
    expect(recipeIssues(next).issues).toEqual([]);
  });

  test('ties follow tried values, which become starts', () => {
    const r = withValue(film, 'parameters', [
      ...film.parameters,
      {
        name: 'half',
        label: '',
        unit: 'nm',
        value: 0,
        role: { kind: 'tied', offset: 1, terms: [{ parameter: 'thickness', factor: 0.5 }] },
        reportAs: null,
      },
    ]);
    expect(valuesOf(r, { thickness: 60 })).toEqual([60, 31]);
    expect(withStarts(r, { thickness: 60 }).parameters[0]!.value).toBe(60);
  });

  test('fields read numbers with a comma or a true minus, and names', () => {
    expect([parseQuantity('1,5'), parseQuantity('−2e-3'), parseQuantity(' cd ')]).toEqual([1.5, -0.002, 'cd']);
    expect(parseQuantity(' ')).toBeNaN();
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
  });
});

test('a channel along the lines compares with the same azimuth of the version in force, absent being 0', () => {
  const old = { ...grating, range: { from: 400, to: 500 } };
  const axis = previewAxis(old);
  const zero = withValue(withValue(old, 'channels.0.azimuthDeg', 0), 'channels.1.azimuthDeg', 90);
  const values = new Float64Array(162);
  const inputs = draftInputs(axis, { recipe: zero, values }, { recipe: old, values, label: 'version 1' }, null, 'G');
  expect(inputs.map((i) => i.compared !== null)).toEqual([true, false]);
});

test('Mueller elements are written with their indices', () => {
  expect(channelKind('m34')).toEqual({ unit: 'm₃₄', period: 0, logarithmic: false });
});

describe('difference', () => {
  test('names the field, by the name of the film or the parameter', () => {
    const to = withValue(withValue(film, 'parameters.0.role.upper', 250), 'sample.films.0.material', {
      kind: 'cauchy',
      a: 1.5,
      bUm2: 0,
      cUm4: 0,
    });
    expect(recipeDifference(film, to)).toEqual([
      { label: 'film oxide material', from: 'SiO2', to: 'cauchy' },
      { label: 'parameter thickness upper', from: '200', to: '250' },
    ]);
    expect(recipeDifference(film, structuredClone(film))).toEqual([]);
  });

  test('tells an order from a change', () => {
    const two = withValue(film, 'channels', moved(film.channels, 1, 0));
    expect(recipeDifference(film, two)).toEqual([{ label: 'channel order', from: 'psi 70, delta 70', to: 'delta 70, psi 70' }]);
  });
});

describe('drawing', () => {
  test('a line at its values: CD at half height, neighbours a pitch away, the substrate below', () => {
    const d = prepareDrawing(grating, valuesOf(grating, { cd: 50 }))!;
    const cd = d.dimensions.find((x) => x.text.startsWith('CD'))!;
    expect(cd.to[0] - cd.from[0]).toBe(50);
    expect(cd.from[1]).toBeCloseTo(50, 9); // half of 100 nm
    const lines = d.shapes.filter((s) => s.material === 0);
    expect(lines.map((s) => s.isNeighbour)).toEqual([true, false, true]);
    const centre = (s: (typeof lines)[number]): number => s.points.reduce((t, [x]) => t + x, 0) / s.points.length;
    expect(centre(lines[2]!) - centre(lines[1]!)).toBeCloseTo(90, 9);
    expect(d.bottomNm).toBeLessThan(0);
  });

  test('a stack keeps the shares of its films and says what is drawn too thick', () => {
    const thin = withValue(film, 'sample.films', [
      ...(film.sample.kind === 'film-stack' ? film.sample.films : []),
      { name: 'native oxide', material: { kind: 'library', name: 'SiO2' }, thicknessNm: 0.5 },
    ]);
    const d = prepareDrawing(thin, [100])!;
    expect(d.notToScale).toEqual(['native oxide']);
    const zs = d.shapes[0]!.points.map(([, z]) => z);
    expect(Math.max(...zs) - Math.min(...zs)).toBe(100);
    expect(d.labels.map((l) => l.text)).toEqual(['oxide, 100 nm', 'native oxide, 0.5 nm', 'substrate']);
  });

  test('a tilted section shows the angle of each wall on its side and leans to the right', () => {
    const d = prepareDrawing(withValue(grating, 'sample.line.sections.0.tiltDeg', 3), valuesOf(grating, { swa: 88 }))!;
    expect(d.angles.map((a) => [a.side, a.text])).toEqual([
      ['right', '91°'],
      ['left', '85°'],
    ]);
    const xs = d.shapes.find((s) => s.material === 0 && !s.isNeighbour)!.points;
    const middle = (at: (z: number) => boolean): number => {
      const row = xs.filter(([, z]) => at(z)).map(([x]) => x);
      return (Math.min(...row) + Math.max(...row)) / 2;
    };
    expect(middle((z) => z > 99)).toBeGreaterThan(middle((z) => z < 1) + 4);
    expect(d.summary).toMatch(/85° on the left and 91° on the right/);
  });

  test('walls that cross make no line', () => {
    expect(() => prepareDrawing(grating, valuesOf(grating, { cd: 5, swa: 60 }))).toThrow(/walls cross/);
  });

  test('X-ray slabs become a density over depth: half way at a rough interface', () => {
    const { sample, parameters } = template('xrr');
    const p = prepareDensity(sample as never, (n) => parameters.find((q) => q.name === n)!.value);
    const at = p.points.findIndex((q) => q.x >= 0);
    const [above, below] = [p.points[at - 1]!, p.points[at]!];
    expect(above.y - (above.x * (below.y - above.y)) / (below.x - above.x)).toBeCloseTo(18.8 / 2, 1);
    expect([above.slab, below.slab, p.points.at(-1)!.slab]).toEqual(['air', 'oxide', 'silicon']);
    expect(p.slabs[1]).toMatchObject({ name: 'oxide', fromA: 0, toA: 250, words: 'oxide, 250.0 Å' });
    expect(densityWords(p.points[0]!)).toMatch(/^0.00 1e−6\/Å² at −.* Å, in air$/);
  });
});

test('a site that is the model itself leaves nothing over, and the version in force lies beside it', () => {
  const axis = previewAxis(film);
  const values = compileRecipe(film, axis).model([100]);
  const other = compileRecipe(film, axis).model([90]);
  const held = { spectrumId: 's', site: 0, axis, channels: ['delta 70', 'psi 70'], values: new Float64Array(162), sigma: null };
  held.values.set(values.subarray(81), 0);
  held.values.set(values.subarray(0, 81), 81);
  const inputs = draftInputs(axis, { recipe: film, values }, { recipe: film, values: other, label: 'version 1' }, held, 'F');
  expect(inputs.map((i) => i.channel)).toEqual(['psi 70', 'delta 70']);
  expect(inputs[0]!.compared).toMatchObject({ label: 'version 1' });
  expect(reducedChi2Of(inputs, 1)).toEqual({ chi2: 0, points: 162 });
  const worse = draftInputs(axis, { recipe: film, values: other }, null, held, 'F');
  expect(reducedChi2Of(worse, 1).chi2).toBeGreaterThan(100);
});
