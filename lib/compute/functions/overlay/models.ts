import { z } from 'zod';
import { AppError } from '@/lib/errors';
import { flag, gaps, numbers, oneOf, positive, whole } from '@/lib/formats/compute';
import {
  correctables,
  fitOverlay,
  type OverlayMarks,
  type OverlayModel,
  overlayModel,
  overlaySummary,
  perFieldCorrections,
  removeTis,
} from '@/lib/overlay';
import { define, given } from '../../define';
import { determinedFit } from './determined-fit';

/** Orders of the grid and field parts behind the usual names. */
const PRESETS = { translation: 0, linear: 1, quadratic: 2, cubic: 3 } as const;

const marksIn = {
  fieldX: numbers('x of the field centre, mm from the wafer centre; left out, x and y are places on the wafer').optional(),
  fieldY: numbers('y of the field centre, mm').optional(),
  x: numbers('x of the mark, mm from the field centre'),
  y: numbers('y of the mark, mm from the field centre'),
  dx: gaps('Overlay x, nm, layer under test minus reference layer'),
  dy: gaps('Overlay y, nm'),
  uDx: numbers('Standard uncertainty of dx, nm: weights 1/u²', { lowest: 0 }).optional(),
  uDy: numbers('Standard uncertainty of dy, nm', { lowest: 0 }).optional(),
};
/** Positions of the marks, in files that also serve other functions. */
const PLACES = ['fieldX', 'fieldY', 'x', 'y'];
const MARKS = [
  { name: 'fieldX', unit: 'mm', isOptional: true },
  { name: 'fieldY', unit: 'mm', isOptional: true },
  { name: 'x', unit: 'mm' },
  { name: 'y', unit: 'mm' },
  { name: 'dx', unit: 'nm' },
  { name: 'dy', unit: 'nm' },
  { name: 'uDx', unit: 'nm', isOptional: true },
  { name: 'uDy', unit: 'nm', isOptional: true },
] as const;
const modelIn = {
  terms: z
    .string()
    .meta({
      description:
        'translation, linear, quadratic or cubic (grid and field alike; default linear), or identifiers such as tx,ty,mx,my,rx,ry,k3,k5 of the terms to fit',
    })
    .optional(),
  gridOrder: whole(0, 9, 'Order of the grid (inter-field) part instead of a name').optional(),
  fieldOrder: whole(1, 9, 'Order of the field (intra-field) part instead of a name').optional(),
  gridOnly: flag('No field terms').optional(),
  fieldOnly: flag('No grid terms').optional(),
  robust: oneOf(['none', 'huber', 'bisquare', 'reject'], 'Default none').optional(),
  rejectSigma: positive('Robust sigmas beyond which `reject` leaves a mark out').optional(),
  onDeficient: oneOf(
    ['drop', 'throw', 'minimum_norm'],
    'Terms the marks cannot determine: drop and report (default), refuse, or share',
  ).optional(),
  covariance: oneOf(
    ['estimated', 'known'],
    'Standard errors from the residuals (default) or from the given uncertainties',
  ).optional(),
};
/** Marks are columns of one table; options of a model that another option switches off are refused. */
const RELATIONS = {
  sameLength: [['x', 'y', 'fieldX', 'fieldY', 'dx', 'dy', 'uDx', 'uDy']],
  together: [
    ['fieldX', 'fieldY'],
    ['uDx', 'uDy'],
  ],
  oneOf: [{ fields: ['gridOnly', 'fieldOnly'] }, { fields: ['gridOnly', 'fieldOrder'] }, { fields: ['fieldOnly', 'gridOrder'] }],
  needs: { covariance: 'uDx' },
  onlyWith: { rejectSigma: { field: 'robust', in: ['reject'], default: 'none' } },
} as const;
type MarksIn = z.output<z.ZodObject<typeof marksIn>>;
type ModelIn = z.output<z.ZodObject<typeof modelIn>>;

/** Positions on the wafer are marks at the centre of fields of their own. */
function marksOf(i: MarksIn): OverlayMarks & { isWaferOnly: boolean } {
  const { fieldX, fieldY, x, y, ...measured } = i;
  const zero = x.map(() => 0);
  const place = fieldX && fieldY ? { fieldX, fieldY, x, y } : { fieldX: x, fieldY: y, x: zero, y: zero };
  return { ...place, ...given(measured), isWaferOnly: fieldX === undefined };
}

/** Order up to which single terms have identifiers. */
const HIGHEST = 9;

const refuseTerms = (message: string): never => {
  throw new AppError('invalid_input', `terms: ${message}`, { field: 'terms' });
};

function modelOf(i: ModelIn, isWaferOnly: boolean): OverlayModel {
  const wanted = (i.terms ?? 'linear').trim();
  if (!Object.hasOwn(PRESETS, wanted)) return modelOfTerms(wanted, i, isWaferOnly);
  const order = PRESETS[wanted as keyof typeof PRESETS];
  const field = i.gridOnly || isWaferOnly || (order === 0 && i.fieldOrder === undefined) ? null : (i.fieldOrder ?? order);
  const grid = i.fieldOnly ? null : (i.gridOrder ?? order);
  const isSaid = (part: number | null, own: number | undefined) => part === null || own !== undefined;
  if (i.terms !== undefined && order > 0 && isSaid(grid, i.gridOrder) && isSaid(field, i.fieldOrder))
    refuseTerms('the orders say all of the model; leave out terms, or the orders');
  return overlayModel({ gridOrder: grid, fieldOrder: field });
}

/** The terms with these identifiers, and no others: any other option that chooses a part of the model is refused. */
function modelOfTerms(wanted: string, i: ModelIn, isWaferOnly: boolean): OverlayModel {
  const other = (['gridOrder', 'fieldOrder', 'gridOnly', 'fieldOnly'] as const).find((k) => i[k] !== undefined);
  if (other !== undefined) refuseTerms(`"${wanted}" names the terms one by one; leave out ${other}`);
  const ids = wanted.split(/[\s,]+/).filter(Boolean);
  const full = overlayModel({ gridOrder: HIGHEST, fieldOrder: isWaferOnly ? null : HIGHEST });
  const known = new Set(full.terms.map((t) => t.id));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown !== undefined)
    refuseTerms(
      `"${unknown}" is no term of this model; give ${Object.keys(PRESETS).join(', ')}, or some of ${full.terms
        .slice(0, 20)
        .map((t) => t.id)
        .join(', ')} …`,
    );
  const twice = ids.find((id, k) => ids.indexOf(id) !== k);
  if (twice !== undefined) refuseTerms(`"${twice}" is given twice; a term is fitted once`);
  return { ...full, terms: full.terms.filter((t) => ids.includes(t.id)) };
}

function fitted(i: MarksIn & ModelIn) {
  const { terms, gridOrder, fieldOrder, gridOnly, fieldOnly, robust, rejectSigma, onDeficient, covariance, ...rest } = i;
  const { isWaferOnly, ...marks } = marksOf(rest);
  const model = modelOf({ terms, gridOrder, fieldOrder, gridOnly, fieldOnly }, isWaferOnly);
  return { marks, fit: fitOverlay(marks, model, given({ robust, rejectSigma, onDeficient, covariance })) };
}

/** Four fields of four corner marks: tx 3 nm, ty −2 nm, mx 0.02 ppm, rotation 0.01 µrad, field magnification 0.5 ppm. */
function exampleMarks() {
  const fields = [
    [-52, -33],
    [52, -33],
    [-52, 33],
    [52, 33],
    [0, 0],
  ] as const;
  const corners = [
    [-12, -15],
    [12, -15],
    [-12, 15],
    [12, 15],
  ] as const;
  const all = fields.flatMap(([fx, fy]) => corners.map(([x, y]) => ({ fx, fy, x, y })));
  const round = (v: number) => Math.round(v * 1e6) / 1e6;
  return {
    fieldX: all.map((m) => m.fx),
    fieldY: all.map((m) => m.fy),
    x: all.map((m) => m.x),
    y: all.map((m) => m.y),
    dx: all.map((m) => round(3 + 0.02 * m.fx - 0.01 * m.fy + 0.5 * m.x)),
    dy: all.map((m) => round(-2 + 0.02 * m.fy + 0.01 * m.fx + 0.5 * m.y)),
  };
}
const EXAMPLE = exampleMarks();

const fit = define({
  path: 'overlay/fit',
  title: 'Overlay model of a wafer',
  text: 'Inter-field and intra-field terms fitted jointly, dx = Tx + Mx·X + Rx·Y + Σ c·X^i·Y^j + field terms, dy likewise: values with standard errors in nm, ppm, µrad, nm/mmᵖ; terms the marks cannot determine are named; statistics of raw = modelled + residual.',
  input: z.strictObject({ ...marksIn, ...modelIn }),
  relations: RELATIONS,
  gaps: ['residual'], // a mark that was not measured has none
  run: (i) => determinedFit(fitted(i).fit, i.covariance),
  table: {
    columns: MARKS,
    beside: ['modelledDx', 'modelledDy', 'residualDx', 'residualDy'],
    write: {
      terms: (r) => {
        const terms = [...r.dx.terms, ...r.dy.terms];
        return {
          id: terms.map((t) => t.id),
          axis: terms.map((t) => t.axis),
          label: terms.map((t) => t.label),
          value: terms.map((t) => t.value),
          standardError: terms.map((t) => t.standardError),
          unit: terms.map((t) => t.unit),
        };
      },
      marks: (r, i) => ({
        ...(i.fieldX && i.fieldY ? { fieldX: i.fieldX, fieldY: i.fieldY } : {}),
        x: i.x,
        y: i.y,
        dx: i.dx,
        dy: i.dy,
        modelledDx: r.modelled.dx,
        modelledDy: r.modelled.dy,
        residualDx: r.residual.dx,
        residualDy: r.residual.dy,
      }),
    },
  },
  example: { ...EXAMPLE, terms: 'linear' },
});

const statistics = define({
  path: 'overlay/statistics',
  title: 'Overlay statistics',
  text: 'Mean, 3σ, |mean| + 3σ, largest and 99.7 % of dx, dy and of the vector length, nm.',
  input: z.strictObject({ dx: marksIn.dx, dy: marksIn.dy }),
  relations: { sameLength: [['dx', 'dy']] },
  run: (i) => overlaySummary(i.dx, i.dy),
  table: {
    beside: PLACES,
    columns: [
      { name: 'dx', unit: 'nm' },
      { name: 'dy', unit: 'nm' },
    ],
  },
  example: { dx: EXAMPLE.dx, dy: EXAMPLE.dy },
});

const correct = define({
  path: 'overlay/correctables',
  title: 'Correctables of an overlay fit',
  text: 'What to enter at the exposure tool, −modelled, for the fitted terms or a chosen part of them, and the overlay expected with exactly these corrections.',
  input: z.strictObject({
    ...marksIn,
    ...modelIn,
    correct: z
      .array(z.string())
      .meta({ description: 'Identifiers of the terms that can be corrected; default all of the model' })
      .optional(),
  }),
  relations: { ...RELATIONS, distinct: ['correct'] },
  gaps: ['after'],
  run: ({ correct: ids, ...i }) => {
    const { marks, fit: f } = fitted(i);
    return { ...correctables(f, marks, ids), warnings: determinedFit(f, i.covariance).warnings };
  },
  table: {
    columns: MARKS,
    write: {
      terms: (r) => ({
        id: r.terms.map((t) => t.id),
        label: r.terms.map((t) => t.label),
        value: r.terms.map((t) => t.value),
        u: r.terms.map((t) => t.uValue),
        unit: r.terms.map((t) => t.unit),
      }),
    },
  },
  example: { ...EXAMPLE, correct: ['tx', 'ty'] },
});

const perField = define({
  path: 'overlay/per-field',
  title: 'Corrections per exposure',
  text: 'What the wafer model leaves, fitted field by field: k-terms with the sign already turned.',
  input: z.strictObject({ ...marksIn, ...modelIn, perFieldOrder: whole(0, 3, 'Order within a field; default 1').optional() }),
  relations: RELATIONS,
  run: ({ perFieldOrder, ...i }) => {
    const { marks, fit: f } = fitted(i);
    return { fields: perFieldCorrections(marks, f.residual, perFieldOrder) };
  },
  table: {
    columns: MARKS,
    write: {
      fields: ({ fields }) => {
        const ids = [...new Set(fields.flatMap((f) => Object.keys(f.corrections)))];
        return {
          fieldX: fields.map((f) => f.fieldX),
          fieldY: fields.map((f) => f.fieldY),
          n: fields.map((f) => f.n),
          ...Object.fromEntries(ids.map((id) => [id, fields.map((f) => f.corrections[id] ?? null)])),
        };
      },
    },
  },
  example: { ...EXAMPLE, terms: 'translation' },
});

const tis = define({
  path: 'overlay/tis',
  title: 'Removal of the tool-induced shift',
  text: 'From measurements at 0° and 180°: overlay free of the shift, the shift at each mark, its mean and 3σ, nm.',
  input: z.strictObject({ d0: gaps('Overlay at 0°, nm'), d180: gaps('Overlay at 180°, nm, as the tool reports it') }),
  relations: { sameLength: [['d0', 'd180']] },
  gaps: ['overlay', 'tis'],
  run: (i) => removeTis(i.d0, i.d180),
  table: {
    beside: PLACES,
    columns: [
      { name: 'd0', unit: 'nm' },
      { name: 'd180', unit: 'nm' },
    ],
    write: { marks: (r) => ({ overlay: r.overlay, tis: r.tis }) },
  },
  example: { d0: [3, 1, 2], d180: [-1, 1, 0] },
});

export const functions = [fit, statistics, correct, perField, tis];
