import { AppError } from '@/lib/errors';
import { type Arithmetic, FUNCTION_NAMES, type FunctionName, type Jet, jetArithmetic, numberArithmetic } from './arithmetic';

type Node =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'quantity'; readonly index: number }
  | { readonly kind: 'binary'; readonly op: 'add' | 'sub' | 'mul' | 'div' | 'pow'; readonly a: Node; readonly b: Node }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly a: Node }
  | { readonly kind: 'atan2'; readonly a: Node; readonly b: Node };

/** A measurement model y = f(x_1 … x_n): values, and jets for its derivatives. */
export interface MeasurementModel {
  readonly names: readonly string[];
  evaluate(x: ArrayLike<number>): number;
  jet(x: readonly Jet[]): Jet;
  /** Values for many draws at once: one column per quantity, the first `count` entries count. Optional: without it draws are taken one by one. */
  evaluateBlock?(columns: readonly Float64Array[], count: number, out: Float64Array): void;
}

/**
 * Model from a function written once for any arithmetic, where a formula in text would not do.
 * @param names - of the quantities, in the order of x.
 */
export function functionModel(names: readonly string[], f: <T>(x: readonly T[], m: Arithmetic<T>) => T): MeasurementModel {
  return { names, evaluate: (x) => f(Array.from(x), numberArithmetic), jet: (x) => f(x, jetArithmetic) };
}

/**
 * Model from a formula: + − * / ^, parentheses, sqrt exp log log10 sin cos tan asin acos atan atan2 sinh cosh tanh abs, pi. No other names than the
 * quantities. ^ binds strongest and to the right, a leading minus weaker: −x^2 = −(x²).
 * @param text - the formula; angles in rad.
 * @param names - of the quantities.
 * @throws AppError `invalid_input` naming the position and what was expected.
 */
export function expressionModel(text: string, names: readonly string[]): MeasurementModel {
  const root = parse(text, names);
  const number = compile(root, numberArithmetic);
  const jets = compile(root, jetArithmetic);
  return { names, evaluate: number, jet: jets, evaluateBlock: compileBlock(root) };
}

function compile<T>(node: Node, m: Arithmetic<T>): (x: ArrayLike<T>) => T {
  switch (node.kind) {
    case 'number': {
      const c = m.constant(node.value);
      return () => c;
    }
    case 'quantity': {
      const { index } = node;
      return (x) => x[index]!;
    }
    case 'call': {
      const a = compile(node.a, m);
      const { name } = node;
      return (x) => m.call(name, a(x));
    }
    case 'atan2': {
      const [a, b] = [compile(node.a, m), compile(node.b, m)];
      return (x) => m.atan2(a(x), b(x));
    }
    default: {
      const [a, b] = [compile(node.a, m), compile(node.b, m)];
      const f = m[node.op];
      return (x) => f(a(x), b(x));
    }
  }
}

// Every node of the formula works through a whole block of draws before the next one starts: no call per draw.
function compileBlock(root: Node): NonNullable<MeasurementModel['evaluateBlock']> {
  type Step = (columns: readonly Float64Array[], n: number) => Float64Array;
  const build = (node: Node): Step => {
    if (node.kind === 'quantity') return (columns) => columns[node.index]!;
    let buffer = new Float64Array(0);
    const room = (n: number): Float64Array => {
      if (buffer.length < n) buffer = new Float64Array(n);
      return buffer;
    };
    if (node.kind === 'number') return (_, n) => room(n).fill(node.value, 0, n);
    const left = build(node.a);
    if (node.kind === 'call') {
      const f = Math[node.name];
      return (columns, n) => {
        const a = left(columns, n);
        const out = room(n);
        for (let k = 0; k < n; k++) out[k] = f(a[k]!);
        return out;
      };
    }
    const right = build(node.b);
    const op = node.kind === 'atan2' ? 'atan2' : node.op;
    return (columns, n) => {
      const a = left(columns, n);
      const b = right(columns, n);
      const out = room(n);
      if (op === 'add') for (let k = 0; k < n; k++) out[k] = a[k]! + b[k]!;
      else if (op === 'sub') for (let k = 0; k < n; k++) out[k] = a[k]! - b[k]!;
      else if (op === 'mul') for (let k = 0; k < n; k++) out[k] = a[k]! * b[k]!;
      else if (op === 'div') for (let k = 0; k < n; k++) out[k] = a[k]! / b[k]!;
      else if (op === 'pow') for (let k = 0; k < n; k++) out[k] = a[k]! ** b[k]!;
      else for (let k = 0; k < n; k++) out[k] = Math.atan2(a[k]!, b[k]!);
      return out;
    };
  };
  const run = build(root);
  return (columns, count, out) => {
    out.set(run(columns, count).subarray(0, count));
  };
}

const TOKEN = /\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)|([A-Za-z_]\w*)|(\*\*|[-+*/^(),]))/y;

function parse(text: string, names: readonly string[]): Node {
  const tokens: { text: string; at: number; kind: 'number' | 'name' | 'sign' }[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length && text.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex;
    const t = TOKEN.exec(text);
    if (!t)
      throw new AppError('invalid_input', `formula: unexpected "${text.slice(at).trim()[0]}" at position ${at + 1}`, {
        position: at + 1,
      });
    tokens.push({ text: t[1] ?? t[2] ?? t[3]!, at, kind: t[1] ? 'number' : t[2] ? 'name' : 'sign' });
  }
  let i = 0;
  const fail = (what: string): never => {
    const t = tokens[i];
    throw new AppError(
      'invalid_input',
      `formula: expected ${what} ${t ? `before "${t.text}" at position ${t.at + 1}` : 'at the end'}`,
      { position: (t?.at ?? text.length) + 1 },
    );
  };
  const take = (sign: string): boolean => {
    if (tokens[i]?.text !== sign) return false;
    i++;
    return true;
  };
  const sum = (): Node => {
    let a = product();
    for (;;) {
      if (take('+')) a = { kind: 'binary', op: 'add', a, b: product() };
      else if (take('-')) a = { kind: 'binary', op: 'sub', a, b: product() };
      else return a;
    }
  };
  const product = (): Node => {
    let a = unary();
    for (;;) {
      if (take('*')) a = { kind: 'binary', op: 'mul', a, b: unary() };
      else if (take('/')) a = { kind: 'binary', op: 'div', a, b: unary() };
      else return a;
    }
  };
  const unary = (): Node => {
    if (take('-')) return { kind: 'binary', op: 'sub', a: { kind: 'number', value: 0 }, b: unary() };
    if (take('+')) return unary();
    const a = atom();
    return take('^') || take('**') ? { kind: 'binary', op: 'pow', a, b: unary() } : a;
  };
  const atom = (): Node => {
    const t = tokens[i];
    if (!t) return fail('a value');
    i++;
    if (t.kind === 'number') return { kind: 'number', value: Number(t.text) };
    if (t.text === '(') {
      const a = sum();
      if (!take(')')) fail('")"');
      return a;
    }
    if (t.kind === 'sign') {
      i--;
      return fail('a value');
    }
    const index = names.indexOf(t.text);
    if (index >= 0) return { kind: 'quantity', index };
    if (t.text === 'pi') return { kind: 'number', value: Math.PI };
    const name = t.text === 'ln' ? 'log' : t.text;
    if (!take('('))
      throw new AppError('invalid_input', `formula: "${t.text}" at position ${t.at + 1} is neither a quantity nor a function`, {
        name: t.text,
      });
    const a = sum();
    if (name === 'atan2') {
      if (!take(',')) fail('","');
      const b = sum();
      if (!take(')')) fail('")"');
      return { kind: 'atan2', a, b };
    }
    if (!take(')')) fail('")"');
    const known = FUNCTION_NAMES.find((f) => f === name);
    if (!known)
      throw new AppError('invalid_input', `formula: unknown function "${t.text}" at position ${t.at + 1}`, { name: t.text });
    return { kind: 'call', name: known, a };
  };
  const root = sum();
  if (i < tokens.length) fail('an operator');
  return root;
}
