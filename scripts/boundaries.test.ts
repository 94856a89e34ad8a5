import { describe, expect, test } from 'vitest';
import { checkFiles, importsOf, layerOf } from './lib/boundaries.mjs';

const check = (files: Record<string, string>): string[] => checkFiles(new Map(Object.entries(files)));

describe('import boundaries', () => {
  test('imports are read in all their forms, comments are not', () => {
    const text = `import a from './a';\nimport type { B } from '@/lib/b';\nexport { c,\n  d } from "./c";\nimport './side';\nconst e = await import('./e');\n// import x from './x'\n/* import y from './y' */`;
    expect(importsOf(text).map((i: { to: string }) => i.to)).toEqual(['./a', '@/lib/b', './c', './side', './e']);
  });

  test('a capability may use numerics, not the database', () => {
    const files = {
      'lib/spc/a.ts': "import { x } from '@/lib/db';",
      'lib/db/index.ts': '',
      'lib/spc/b.ts': "import { y } from '@/lib/numerics';",
      'lib/numerics/index.ts': '',
    };
    expect(check(files)).toEqual(['lib/spc/a.ts: spc must not import db (@/lib/db)']);
  });

  test('pages show rules and verdicts of the pure parts that have words, and meet no others', () => {
    const files = { 'lib/spc/index.ts': '', 'lib/traces/index.ts': '', 'lib/vm/index.ts': '' };
    const page = "import { ruleText } from '@/lib/spc';\nimport { leavesBand } from '@/lib/traces';";
    expect(check({ ...files, 'app/a.tsx': page })).toEqual([]);
    expect(check({ ...files, 'app/a.tsx': `${page}\nimport { fitPls } from '@/lib/vm';` })).toEqual([
      'app/a.tsx: app must not import vm (@/lib/vm)',
    ]);
  });

  test('kernels are met through numerics alone', () => {
    const files = {
      'lib/kernels/index.ts': "import { AppError } from '@/lib/errors';",
      'lib/numerics/index.ts': "export { gemm } from '@/lib/kernels';",
      'lib/errors/index.ts': '',
    };
    expect(check(files)).toEqual([]);
    expect(check({ ...files, 'lib/optics/a.ts': "import { gemm } from '@/lib/kernels';" })).toEqual([
      'lib/optics/a.ts: optics must not import kernels (@/lib/kernels)',
    ]);
    expect(check({ ...files, 'lib/kernels/load.ts': "import type { Matrix } from '@/lib/numerics';" })).toHaveLength(1);
  });

  test('a type import crosses no boundary either', () => {
    expect(check({ 'lib/ui/a.ts': "import type { Row } from '@/lib/db';", 'lib/db/index.ts': '' })).toHaveLength(1);
  });

  test('pure parts know no clock, randomness, environment or package', () => {
    const text = "import fs from 'node:fs';\nexport const t = () => Date.now() + Math.random() + Number(process.env.X);";
    expect(check({ 'lib/vm/a.ts': text })).toHaveLength(4);
    expect(check({ 'lib/vm/a.test.ts': text })).toEqual([]);
  });

  test('cycles are found, also where one import is of a type', () => {
    expect(check({ 'lib/spc/a.ts': "import './b';", 'lib/spc/b.ts': "import './a';" })).toEqual([
      'cycle: lib/spc/a.ts → lib/spc/b.ts → lib/spc/a.ts',
    ]);
    expect(check({ 'lib/spc/a.ts': "import './b';", 'lib/spc/b.ts': "import type { A } from './a';" })).toHaveLength(1);
  });

  test('subjects of the services need each other one way only, also by types', () => {
    const way = { 'lib/services/spc/a.ts': "import { raise } from '../alerts/raise';", 'lib/services/alerts/raise.ts': '' };
    expect(check(way)).toEqual([]);
    expect(check({ ...way, 'lib/services/alerts/b.ts': "import type { A } from '../spc/a';" })).toEqual([
      'cycle of subjects in lib/services: spc → alerts → spc',
    ]);
    expect(check({ ...way, 'lib/services/alerts/b.test.ts': "import type { A } from '../spc/a';" })).toEqual([]);
  });

  test('a folder without a rule is a problem', () => {
    expect(layerOf('lib/newcomer/a.ts')).toBeUndefined();
    expect(check({ 'lib/newcomer/a.ts': '' })).toHaveLength(1);
  });
});
