import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { root } from './root.mjs';

/** Fewer modules than this means that the check looked in the wrong place. Raise it as the project grows. */
const EXPECTED_MODULES = 1200;

const BASE = ['errors', 'characteristic', 'csv'];
const CAPABILITIES = [
  'spc',
  'vm',
  'control',
  'spatial',
  'overlay',
  'sampling',
  'optics',
  'xray',
  'inversion',
  'recipes',
  'uncertainty',
  'learning',
  'defects',
  'traces',
  'simulator',
];
/** Neighbours, only where the field has them: the simulator uses the basis functions of the fits, and the wire format. */
const NEIGHBOURS = {
  vm: ['learning', 'traces'],
  overlay: ['spatial'],
  sampling: ['spatial'],
  defects: ['spatial'],
  xray: ['optics'],
  inversion: ['optics', 'xray', 'learning'],
  recipes: ['optics', 'xray', 'inversion', 'formats'],
  simulator: ['spatial', 'overlay', 'control', 'recipes', 'formats'],
};
/** Packages of a capability, where a format needs one: small, pure, bundled for the browser too. */
const PACKAGES = { learning: [/^@bufbuild\/protobuf(\/wkt)?$/] };
/** Pure parts whose rules, names and verdicts pages show in words; what is computed from records comes from the services. */
const SHOWN = ['spc', 'traces'];
const PURE = ['kernels', 'numerics', 'characteristic', ...CAPABILITIES];
const STORES = ['formats', 'db', 'queue'];
const FOUNDATION = [...BASE, 'numerics', ...CAPABILITIES];

/** Layer → layers it may import, besides itself. Its packages: `undefined` means any. */
const RULES = {
  errors: { layers: [], packages: [] },
  characteristic: { layers: [], packages: [] },
  csv: { layers: [], packages: [] },
  kernels: { layers: ['errors'], packages: [] },
  numerics: { layers: [...BASE, 'kernels'], packages: [] },
  ...Object.fromEntries(
    CAPABILITIES.map((name) => [
      name,
      { layers: [...BASE, 'numerics', 'uncertainty', ...(NEIGHBOURS[name] ?? [])], packages: PACKAGES[name] ?? [] },
    ]),
  ),
  config: { layers: ['errors'], packages: [/^zod$/] },
  log: { layers: ['errors', 'config'], packages: [/^pino$/] },
  formats: {
    layers: [...BASE, 'config'],
    packages: [/^(zod|csv-parse|fast-xml-parser|hyparquet-writer|apache-arrow)(\/|$)/, /^node:/],
  },
  db: { layers: [...BASE, 'config', 'log'], packages: [/^(pg|@prisma\/.*)(\/|$)/, /^node:/] },
  queue: { layers: [...BASE, 'config', 'log', 'db'], packages: [/^(bullmq|ioredis|zod|pg)(\/|$)/, /^node:/] },
  threads: { layers: ['errors'], packages: [/^node:worker_threads$/, /^tsx\/esm\/api$/] },
  compute: { layers: [...FOUNDATION, 'config', 'formats', 'threads'] },
  services: { layers: [...FOUNDATION, ...STORES, 'compute', 'config', 'log'] },
  auth: { layers: [...BASE, 'config', 'log', 'db', 'formats', 'services'] },
  http: { layers: [...BASE, 'config', 'log', 'formats', 'auth', 'services'] },
  ui: { layers: [...FOUNDATION], packages: [/^(react|react-dom|next|d3-[a-z-]+)(\/|$)/] },
  app: { layers: ['services', 'compute', 'auth', 'log', 'ui', 'http', 'errors', 'config', 'characteristic', ...SHOWN] },
  cli: { layers: ['compute', 'threads', 'formats', 'errors'] },
  workers: { layers: ['services', 'compute', 'threads', 'auth', 'log', 'queue', 'errors', 'config', ...FOUNDATION] },
};

const FORBIDDEN_IN_PURE = [
  [/\bMath\.random\s*\(/, 'Math.random: take a seeded generator as a parameter'],
  [/\bDate\.now\s*\(|\bnew Date\(\s*\)|\bperformance\.now\s*\(/, 'the clock: take the time as a parameter'],
  [/\bprocess\.env\b/, 'the environment: take the setting as a parameter'],
];

/** Source without comments, so that an example in a comment is not an import. */
const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/[^\n]*/g, '$1');

/** Specifiers of a module, `lazy` where it is loaded when it is asked for. */
export function importsOf(text) {
  const code = withoutComments(text);
  const found = [];
  for (const m of code.matchAll(/(?:^|[\n;}])\s*(?:import|export)\s+(?:type\s+)?(?:[\w*{}\s,$]+?\sfrom\s*)?['"]([^'"\n]+)['"]/g))
    found.push({ to: m[1] });
  for (const m of code.matchAll(/\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g)) found.push({ to: m[1], lazy: true });
  return found;
}

/** Layer of a path in the project, or `undefined` (tests, scripts, configuration). */
export function layerOf(path) {
  if (/^(app|cli|workers)\//.test(path)) return path.split('/')[0];
  const folder = /^lib\/([^/]+)\//.exec(path)?.[1];
  return folder && RULES[folder] ? folder : undefined;
}

const isTest = (path) => /\.test\.tsx?$|\/fixtures\/|\/testing\//.test(path);

/** The file that an import within the project refers to. */
function resolve(from, to, files) {
  const base = to.startsWith('@/') ? to.slice(2) : normalize(join(dirname(from), to));
  const candidates = [base, `${base}.ts`, `${base}.tsx`, `${base}/index.ts`, `${base}/index.tsx`, base.replace(/\.js$/, '.ts')];
  return candidates.find((path) => files.has(path));
}

function* sources(folder) {
  if (!existsSync(join(root, folder))) return;
  for (const name of readdirSync(join(root, folder)).sort()) {
    const path = `${folder}/${name}`;
    if (path === 'lib/db/generated' || path === 'lib/kernels/assembly') continue;
    if (statSync(join(root, path)).isDirectory()) yield* sources(path);
    else if (/\.tsx?$/.test(name) && !name.endsWith('.d.ts')) yield path;
  }
}

/** First cycle of imports, of values and of types, as a list of paths. */
function findCycle(graph) {
  const state = new Map();
  const trail = [];
  const visit = (node) => {
    state.set(node, 'open');
    trail.push(node);
    for (const next of graph.get(node) ?? []) {
      if (state.get(next) === 'open') return [...trail.slice(trail.indexOf(next)), next];
      if (!state.has(next)) {
        const cycle = visit(next);
        if (cycle) return cycle;
      }
    }
    state.set(node, 'done');
    trail.pop();
    return undefined;
  };
  for (const node of graph.keys()) {
    if (state.has(node)) continue;
    const cycle = visit(node);
    if (cycle) return cycle;
  }
  return undefined;
}

/** Subject of a service: its folder below `lib/services`. */
const subjectOf = (path) => /^lib\/services\/([^/]+)\//.exec(path)?.[1];

/** The rules that one module breaks. */
function problemsOf(path, text, files, graph, subjects) {
  const layer = layerOf(path);
  const problems = [];
  const test = isTest(path);
  const rule = RULES[layer];
  if (path.startsWith('lib/') && !layer) problems.push(`${path}: the folder has no rule in scripts/lib/boundaries.mjs`);
  for (const { to, lazy } of importsOf(text)) {
    const own = to.startsWith('.') || to.startsWith('@/');
    if (!own) {
      if (rule?.packages && !test && !rule.packages.some((allowed) => allowed.test(to)))
        problems.push(`${path}: package ${to} is not for ${layer}`);
      continue;
    }
    const target = resolve(path, to, files);
    if (!target) continue; // styles, data, generated code; a missing module is the type check's business
    if (!lazy && !test) graph.set(path, [...(graph.get(path) ?? []), target]);
    const [subject, needed] = [subjectOf(path), subjectOf(target)];
    if (!test && subject && needed && subject !== needed)
      subjects.set(subject, new Set([...(subjects.get(subject) ?? []), needed]));
    const other = layerOf(target);
    if (test || !layer || !other || other === layer || rule.layers.includes(other)) continue;
    problems.push(`${path}: ${layer} must not import ${other} (${to})`);
  }
  if (PURE.includes(layer) && !test) {
    const code = withoutComments(text);
    for (const [pattern, what] of FORBIDDEN_IN_PURE)
      if (pattern.test(code)) problems.push(`${path}: pure parts do not read ${what}`);
  }
  return problems;
}

/**
 * Who imports whom, checked over a set of files.
 * @param {Map<string, string>} files - path in the project → text
 */
export function checkFiles(files) {
  const graph = new Map();
  const subjects = new Map();
  const problems = [...files].flatMap(([path, text]) => problemsOf(path, text, files, graph, subjects));
  const cycle = findCycle(graph);
  if (cycle) problems.push(`cycle: ${cycle.join(' → ')}`);
  const round = findCycle(subjects);
  if (round) problems.push(`cycle of subjects in lib/services: ${round.join(' → ')}`);
  return problems;
}

/** The check of the whole project; it fails when it saw too few modules to be meaningful. */
export function checkBoundaries() {
  const files = new Map(
    ['app', 'cli', 'lib', 'workers']
      .flatMap((folder) => [...sources(folder)])
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );
  const problems = checkFiles(files);
  if (files.size < EXPECTED_MODULES)
    problems.push(`only ${files.size} modules were seen, at least ${EXPECTED_MODULES} are expected: the check is blind`);
  return { problems, modules: files.size };
}
