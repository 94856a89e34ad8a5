import { z } from 'zod';
import { condenseMpc, lqr, type MpcModel, solveMpc } from '@/lib/control';
import { AppError } from '@/lib/errors';
import { numbers, positive, rows, whole } from '@/lib/formats/compute';
import { define, given } from '../../define';

const identity = (n: number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
const zeros = (n: number): number[][] => Array.from({ length: n }, () => new Array<number>(n).fill(0));

/** Inputs that violate the optimality conditions by more than this are not a solution. */
const MOST_RESIDUAL = 1e-3;

const mpc = define({
  path: 'control/mpc',
  title: 'Move of a linear model predictive controller',
  text: 'x⁺ = Ax + Bu, y = Cx: inputs over the control horizon that minimise Σ‖y − r‖²_Q + ‖u − uRef‖²_R + ‖Δu‖²_S under limits of inputs, moves and outputs, by a convex QP; output limits that cannot be met give way by a named slack.',
  input: z.strictObject({
    A: rows('State matrix'),
    B: rows('Input matrix'),
    C: rows('Output matrix; default the identity').optional(),
    N: whole(1, 500, 'Prediction horizon, runs'),
    M: whole(1, 500, 'Control horizon, runs; default N').optional(),
    Q: rows('Weight of the outputs'),
    R: rows('Weight of the inputs; default 0').optional(),
    S: rows('Weight of the moves; default 0').optional(),
    P: rows('Terminal weight of the state').optional(),
    x0: numbers('State now'),
    r: z
      .union([z.array(z.number()), z.array(z.array(z.number()))])
      .meta({ description: 'Reference of each output, or one row a step' }),
    uPrev: numbers('Inputs of the last run; default 0').optional(),
    uRef: numbers('Inputs that R pulls to').optional(),
    xRef: numbers('State that P pulls to').optional(),
    uMin: numbers('Lowest inputs').optional(),
    uMax: numbers('Highest inputs').optional(),
    duMin: numbers('Largest downward moves').optional(),
    duMax: numbers('Largest upward moves').optional(),
    yMin: numbers('Lowest outputs').optional(),
    yMax: numbers('Highest outputs').optional(),
    slackWeight: positive('Price of a slack').optional(),
  }),
  relations: { needs: { uRef: 'R', xRef: 'P' } },
  run: ({ x0, r, uPrev, uRef, xRef, ...m }) => {
    if (m.slackWeight !== undefined && !m.yMin && !m.yMax)
      throw new AppError(
        'invalid_input',
        'slackWeight: does nothing without limits of the outputs; give yMin or yMax, or leave it out',
        {
          field: 'slackWeight',
        },
      );
    const nu = m.B[0]?.length ?? 0;
    const model: MpcModel = {
      ...given(m),
      C: m.C ?? identity(m.A.length),
      M: m.M ?? m.N,
      R: m.R ?? zeros(nu),
      S: m.S ?? zeros(nu),
    };
    const c = condenseMpc(model);
    const s = solveMpc(c, { x0, r, uPrev: uPrev ?? new Array<number>(nu).fill(0), ...given({ uRef, xRef }) });
    if (s.status === 'infeasible' || s.status === 'max_iterations' || !(s.kktResidual <= MOST_RESIDUAL))
      throw new AppError(
        'out_of_domain',
        `control/mpc: no inputs were found that keep the limits at least cost (${s.status}, residual ${s.kktResidual}); shorten the horizon N, scale the outputs and inputs to like sizes, or widen the limits`,
        { status: s.status },
      );
    return { conditionNumber: c.conditionNumber, ...s };
  },
  example: {
    A: [
      [1, 1],
      [0, 1],
    ],
    B: [[0.5], [1]],
    N: 5,
    Q: [
      [1, 0],
      [0, 1],
    ],
    R: [[0.1]],
    x0: [5, 0],
    r: [0, 0],
    uMin: [-1],
    uMax: [1],
  },
});

const regulator = define({
  path: 'control/lqr',
  title: 'Linear quadratic regulator',
  text: 'u = −Kx that minimises Σ xᵀQx + uᵀRu without limits, with the cost-to-go P that makes a finite horizon exact.',
  input: z.strictObject({
    A: rows('State matrix'),
    B: rows('Input matrix'),
    Q: rows('Weight of the state'),
    R: rows('Weight of the inputs'),
  }),
  run: (i) => lqr(i.A, i.B, i.Q, i.R),
  example: { A: [[1]], B: [[1]], Q: [[1]], R: [[1]] },
});

export const predictiveFunctions = [mpc, regulator];
