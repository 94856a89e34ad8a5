// xoshiro256** and the ziggurat on its outputs; state, tables and one block of numbers have fixed addresses, so that the memory never grows.

// @ts-expect-error: a decorator on a function
@external('env', 'exp')
declare function exp(x: f64): f64;
// @ts-expect-error: a decorator on a function
@external('env', 'log')
declare function log(x: f64): f64;

const STATE: usize = memory.data(32, 16);
const EDGES: usize = memory.data(1032, 16); // 129 block edges of the ziggurat
const RATIOS: usize = memory.data(1024, 16); // edge i + 1 / edge i
const BLOCK: usize = memory.data(32768, 16);

export function stateAt(): usize {
  return STATE;
}
export function edgesAt(): usize {
  return EDGES;
}
export function ratiosAt(): usize {
  return RATIOS;
}
export function blockAt(): usize {
  return BLOCK;
}

// @ts-expect-error: a decorator on a function
@inline
function next(): u64 {
  const s0 = load<u64>(STATE);
  const s1 = load<u64>(STATE, 8);
  const s2 = load<u64>(STATE, 16) ^ s0;
  const s3 = load<u64>(STATE, 24) ^ s1;
  store<u64>(STATE, s0 ^ s3);
  store<u64>(STATE, s1 ^ s2, 8);
  store<u64>(STATE, s2 ^ (s1 << 17), 16);
  store<u64>(STATE, rotl<u64>(s3, 45), 24);
  return rotl<u64>(s1 * 5, 7) * 9;
}

// @ts-expect-error: a decorator on a function
@inline
function unit(bits: u64): f64 {
  return <f64>(bits >> 11) * 1.1102230246251565e-16; // 2^−53
}

/** The upper 32 bits of the next output, as a number >= 0. */
export function uint32(): f64 {
  return <f64>(next() >> 32);
}

export function uniform(): f64 {
  return unit(next());
}

export function integer(n: f64): f64 {
  const m = <u64>n;
  const limit = (<u64>9007199254740992 / m) * m;
  while (true) {
    const v = next() >> 11;
    if (v < limit) return <f64>(v % m);
  }
}

function tail(negative: bool, start: f64): f64 {
  while (true) {
    const x = log(1 - uniform()) / start;
    const y = log(1 - uniform());
    if (-2 * y >= x * x) return negative ? x - start : start - x;
  }
}

/** Marsaglia & Tsang, J. Stat. Softw. 5 (2000) 8, doubles after Doornik (2005). */
export function normal(): f64 {
  while (true) {
    const bits = next();
    const u = 2 * unit(bits) - 1;
    const i = (<usize>(bits & 127)) << 3; // the low bits are not used by u
    const edge = load<f64>(EDGES + i);
    const x = u * edge;
    if (abs<f64>(u) < load<f64>(RATIOS + i)) return x;
    if (i === 0) return tail(u < 0, load<f64>(EDGES, 8));
    const inner = load<f64>(EDGES + i, 8);
    const f0 = exp(-0.5 * (edge * edge - x * x));
    const f1 = exp(-0.5 * (inner * inner - x * x));
    if (f1 + uniform() * (f0 - f1) < 1) return x;
  }
}

export function fillUniform(n: i32): void {
  for (let i = 0; i < n; i++) store<f64>(BLOCK + ((<usize>i) << 3), unit(next()));
}

export function fillNormal(n: i32): void {
  for (let i = 0; i < n; i++) store<f64>(BLOCK + ((<usize>i) << 3), normal());
}
