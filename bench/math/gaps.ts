import { createRng } from '@/lib/numerics';
import { type PlsModel, trainPls } from '@/lib/vm';

/**
 * Cost of missing values: training of 1100 wafers x 431 inputs (six causes, noise a tenth of theirs) with a share of the entries missing, over the same
 * without. Both take turns, in CPU time, so that other work on the machine does not favour one of them. Prints one JSON line a share.
 */
const [WAFERS, INPUTS, CAUSES, NOISE] = [1100, 431, 6, 0.1];
const ROUNDS = 15;
const rng = createRng(3);

const loads = Array.from({ length: CAUSES }, () => Float64Array.from({ length: INPUTS }, () => rng.normal()));
const causes = Array.from({ length: WAFERS }, () => Array.from({ length: CAUSES }, () => rng.normal()));
const whole = causes.map((f) =>
  Float64Array.from({ length: INPUTS }, (_, j) => 10 + loads.reduce((s, l, k) => s + l[j]! * f[k]!, 0) + NOISE * rng.normal()),
);
const y = causes.map((f) => [f[0]! + f[1]! + 0.2 * rng.normal()]);

const cpuMs = (work: () => void): number => {
  const from = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
};
const median = (v: readonly number[]): number => [...v].sort((a, b) => a - b)[v.length >> 1]!;

for (const share of [0.02, 0.1, 0.2]) {
  const gappy = whole.map((row) => Float64Array.from(row, (v) => (rng.uniform() < share ? Number.NaN : v)));
  const [without, withGaps]: [number[], number[]] = [[], []];
  let model: PlsModel | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    without.push(cpuMs(() => trainPls({ x: whole, y })));
    withGaps.push(
      cpuMs(() => {
        model = trainPls({ x: gappy, y });
      }),
    );
  }
  const [a, b] = [median(without), median(withGaps)];
  console.log(JSON.stringify({ share, withoutMs: a, withMs: b, ratio: b / a, filled: model!.nFilled }));
}
