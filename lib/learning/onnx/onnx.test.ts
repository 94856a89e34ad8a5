import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '@/lib/errors';
import { createRng } from '@/lib/numerics';
import { type ActivationName, createNetwork, type LayerSpec, type Network, networkFromOnnx, networkToOnnx, runNetwork } from '..';
import fixture from './fixtures/conv-net.json';
import { floatAttribute, intAttribute, intsAttribute } from './operators';
import { ATTRIBUTE, DATA_TYPE, decodeModel, encodeModel, type OnnxModel, type OnnxNode } from './schema';
import { encodeTensor } from './tensors';

const ACTIVATIONS: ActivationName[] = ['linear', 'relu', 'leakyRelu', 'elu', 'tanh', 'sigmoid', 'gelu', 'softplus', 'sin'];
const IMAGE: LayerSpec[] = [
  { type: 'conv', filters: 3, kernel: 3, pad: 1, activation: 'relu' },
  { type: 'batchNorm' },
  { type: 'maxPool2' },
  { type: 'conv', filters: 4, kernel: 2, stride: 2, activation: 'gelu' },
  { type: 'globalAveragePool' },
  { type: 'dense', units: 3, activation: 'softplus' },
];

/** Every number of the network drawn anew, so that no default hides a mistake. */
function shaken(net: Network, seed: number): Network {
  const rng = createRng(seed);
  return {
    ...net,
    parameters: net.parameters.map((l) => l.map((p) => ({ ...p, data: p.data.map(() => rng.normal()) }))),
    running: net.running.map((r) =>
      r ? { mean: r.mean.map(() => rng.normal()), variance: r.variance.map(() => 0.1 + rng.uniform()) } : null,
    ),
  };
}
const rounded = (net: Network): Network => ({
  ...net,
  parameters: net.parameters.map((l) => l.map((p) => ({ ...p, data: p.data.map(Math.fround) }))),
  running: net.running.map((r) => (r ? { mean: r.mean.map(Math.fround), variance: r.variance.map(Math.fround) } : null)),
});

/** A model by hand around nodes and tensors, as another program would write it. */
const model = (nodes: OnnxNode[], tensors: [string, number[], number[]][], dims: number[], opset = 13): Uint8Array => {
  const info = (name: string, shape: number[]) => ({
    name,
    type: {
      tensorType: {
        elemType: DATA_TYPE.float,
        shape: { dim: [{ dimParam: 'batch' }, ...shape.map((d) => ({ dimValue: BigInt(d) }))] },
      },
    },
  });
  const m: OnnxModel = {
    irVersion: 8n,
    producerName: 'other',
    opsetImport: [{ version: BigInt(opset) }],
    graph: {
      node: nodes,
      initializer: tensors.map(([name, shape, data]) => encodeTensor(name, shape, data, 'float32')),
      input: [info('in', dims)],
      output: [info('out', [])],
    },
  };
  return encodeModel(m);
};

describe('ONNX', () => {
  test('dense networks come back bit for bit in float64, rounded once in float32, with any activation', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.array(fc.record({ units: fc.integer({ min: 1, max: 6 }), activation: fc.constantFrom(...ACTIVATIONS) }), {
          minLength: 1,
          maxLength: 4,
        }),
        (seed, widths) => {
          const layers = widths.map(
            ({ units, activation }): LayerSpec =>
              activation === 'linear' ? { type: 'dense', units } : { type: 'dense', units, activation },
          );
          const net = shaken(createNetwork([4], layers), seed);
          const exact = networkFromOnnx(networkToOnnx(net, { precision: 'float64' }));
          expect(exact.network).toEqual(net);
          expect(exact.precision).toBe('float64');
          const bytes = networkToOnnx(net);
          const single = networkFromOnnx(bytes);
          expect(single.network).toEqual(rounded(net));
          expect(networkToOnnx(single.network)).toEqual(bytes);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('convolutions, normalisation and pooling too: same layers, same bits, same outputs', () => {
    const net = shaken(createNetwork([2, 9, 9], IMAGE), 3);
    const back = networkFromOnnx(networkToOnnx(net, { precision: 'float64' }));
    expect(back.network).toEqual(net);
    expect([back.opset, back.producer, back.folded]).toEqual([20, 'driftless', 0]);
    const rng = createRng(1);
    const x = Float64Array.from({ length: 2 * 162 }, () => rng.normal());
    expect(runNetwork(back.network, x)).toEqual(runNetwork(net, x));
    const flat = shaken(createNetwork([1, 4, 4], [{ type: 'flatten' }, { type: 'batchNorm' }, { type: 'dense', units: 2 }]), 4);
    const again = networkFromOnnx(networkToOnnx(flat, { precision: 'float64' }));
    expect([again.network, again.opset]).toEqual([flat, 17]);
  });

  test('what is written says what it is: opset, free batch, names of input and output', () => {
    const m = decodeModel(
      networkToOnnx(createNetwork([2], [{ type: 'dense', units: 1, activation: 'leakyRelu' }]), { name: 'etch' }),
    );
    expect(m.irVersion).toBe(8n);
    expect(m.opsetImport.map((o) => o.version)).toEqual([17n]);
    expect(m.graph!.name).toBe('etch');
    expect(m.graph!.node.map((n) => n.opType)).toEqual(['Gemm', 'LeakyRelu', 'Identity']);
    expect(m.graph!.node[1]!.attribute![0]!.f).toBe(Math.fround(0.01));
    expect(m.graph!.input[0]!.type!.tensorType!.shape!.dim.map((d) => d.dimParam || Number(d.dimValue))).toEqual(['N', 2]);
    expect(m.graph!.output[0]!.name).toBe('y');
  });

  test('models of other programs: turned Gemm, MatMul and Add, Reshape, listed values, another epsilon', () => {
    const w = [1, 2, 3, 4, 5, 6]; // (3, 2): y = W x, as most programs store it
    const gemm = model(
      [
        {
          input: ['in', 'w', 'b'],
          output: ['out'],
          opType: 'Gemm',
          attribute: [intAttribute('transB', 1), floatAttribute('alpha', 0.5)],
        },
      ],
      [
        ['w', [3, 2], w],
        ['b', [3], [10, 20, 30]],
      ],
      [2],
    );
    expect(Array.from(runNetwork(networkFromOnnx(gemm).network, Float64Array.of(1, -1)).data)).toEqual([9.5, 19.5, 29.5]);
    const matmul = model(
      [
        { input: ['in', 'shape'], output: ['f'], opType: 'Reshape' },
        { input: ['f', 'w'], output: ['m'], opType: 'MatMul' },
        { input: ['b', 'm'], output: ['s'], opType: 'Add' },
        { input: ['s'], output: ['out'], opType: 'Relu' },
      ],
      [
        ['w', [2, 3], w],
        ['b', [1, 3], [1, 1, -9]],
        ['shape', [2], [-1, 2]],
      ],
      [1, 1, 2],
    );
    expect(Array.from(runNetwork(networkFromOnnx(matmul).network, Float64Array.of(1, 0)).data)).toEqual([2, 3, 0]);
    const norm = networkFromOnnx(
      model(
        [
          {
            input: ['in', 's', 't', 'm', 'v'],
            output: ['out'],
            opType: 'BatchNormalization',
            attribute: [floatAttribute('epsilon', 0.25)],
          },
        ],
        [
          ['s', [2], [1, 2]],
          ['t', [2], [0, 1]],
          ['m', [2], [3, 0]],
          ['v', [2], [0.75, 3.75]],
        ],
        [2],
      ),
    ).network;
    const y = runNetwork(norm, Float64Array.of(5, 4)).data;
    expect(y[0]).toBeCloseTo(2, 12);
    expect(y[1]).toBeCloseTo(5, 12);
  });

  test('a convolutional network of another program gives what its runtime gives', () => {
    const { network, folded } = networkFromOnnx(Uint8Array.from(atob(fixture.onnx), (c) => c.charCodeAt(0)));
    expect(network.layers.map((l) => l.type)).toEqual(['conv', 'maxPool2', 'flatten', 'dense', 'dense']);
    expect(folded).toBe(1);
    const y = runNetwork(network, Float64Array.from(fixture.x)).data;
    expect(y.length).toBe(fixture.y.length);
    y.forEach((v, i) => {
      expect(Math.abs(v - fixture.y[i]!)).toBeLessThan(fixture.tolerance * (1 + Math.abs(v)));
    });
  });

  test('a normalisation between layer and activation is folded and counted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.boolean(), (seed, image) => {
        const layer: LayerSpec = image ? { type: 'conv', filters: 3, kernel: 2 } : { type: 'dense', units: 3 };
        const input = image ? [2, 4, 4] : [5];
        const plain = shaken(createNetwork(input, [layer, { type: 'batchNorm' }]), seed);
        const m = decodeModel(networkToOnnx(plain, { precision: 'float64' }));
        const { graph } = m;
        const end = graph!.node.at(-1)!;
        const nodes = [...graph!.node.slice(0, -1), { ...end, opType: 'Tanh' }];
        const read = networkFromOnnx(encodeModel({ ...m, graph: { ...graph!, node: nodes } }));
        expect(read.folded).toBe(1);
        expect(read.network.layers).toEqual([{ ...layer, activation: 'tanh' }]);
        const rng = createRng(seed);
        const x = Float64Array.from({ length: 3 * (image ? 32 : 5) }, () => rng.normal());
        const expected = runNetwork(plain, x).data;
        runNetwork(read.network, x).data.forEach((v, i) => {
          expect(v).toBeCloseTo(Math.tanh(expected[i]!), 11);
        });
      }),
      { numRuns: 20 },
    );
  });

  test('what cannot be represented is refused by name', () => {
    const one =
      (node: Partial<OnnxNode>, tensors: [string, number[], number[]][] = [], dims = [2]) =>
      (): unknown =>
        networkFromOnnx(model([{ input: ['in'], output: ['out'], opType: 'Relu', ...node }], tensors, dims));
    expect(one({ opType: 'LSTM' })).toThrow(/operator LSTM cannot be read; supported are Gemm/);
    try {
      one({ opType: 'TreeEnsembleRegressor', domain: 'ai.onnx.ml' })();
      expect.unreachable();
    } catch (e) {
      expect(e).toBeInstanceOf(AppError);
      expect((e as AppError).code).toBe('invalid_input');
      expect((e as AppError).details).toMatchObject({ operator: 'TreeEnsembleRegressor' });
    }
    expect(one({})).toThrow(/follows no dense/);
    expect(one({ opType: 'Gemm', input: ['in', 'other'] })).toThrow(/other is computed/);
    const kernel: [string, number[], number[]] = ['w', [1, 1, 1, 1], [1]];
    const conv = (attribute: OnnxNode['attribute']) =>
      one({ opType: 'Conv', input: ['in', 'w'], attribute: attribute! }, [kernel], [1, 3, 3]);
    expect(conv([])).not.toThrow();
    expect(conv([intAttribute('group', 2)])).toThrow(/group 2/);
    expect(conv([intsAttribute('strides', [1, 2])])).toThrow(/strides 1, 2 differ/);
    expect(conv([{ name: 'auto_pad', type: ATTRIBUTE.string, s: new TextEncoder().encode('SAME_UPPER') }])).toThrow(/SAME_UPPER/);
    expect(one({ opType: 'Gemm', input: ['in', 'w'] }, [['w', [3, 1], [1, 2, 3]]])).toThrow(/parameter 0 has 3 values/);
    expect(() => networkFromOnnx(model([{ input: ['in'], output: ['out'], opType: 'Identity' }], [], [2], 7))).toThrow(
      /operator set 7/,
    );
    expect(() => networkFromOnnx(new Uint8Array([255, 1, 2]))).toThrow(/not an ONNX model/);
    expect(() => networkFromOnnx(new Uint8Array())).toThrow(/no ONNX graph/);
    const huge = shaken(createNetwork([1], [{ type: 'dense', units: 1 }]), 1);
    const overflow = { ...huge, parameters: [huge.parameters[0]!.map((p) => ({ ...p, data: [1e300] }))] };
    expect(() => networkToOnnx(overflow)).toThrow(/not finite in float32/);
    expect(networkFromOnnx(networkToOnnx(overflow, { precision: 'float64' })).network).toEqual(overflow);
  });
});
