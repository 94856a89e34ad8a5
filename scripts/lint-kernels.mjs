// node scripts/lint-kernels.mjs [--write] — the AssemblyScript sources by the rules of biome.json. Biome does not parse decorators on functions, so
// it gets copies in which they are comments; --write copies fixes back.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRoot, readJson } from './lib/root.mjs';
import { TOOLS } from './lib/stages.mjs';

const folder = inRoot('lib', 'kernels', 'assembly');
const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
const write = process.argv.includes('--write');

/** The project's rules, less one: fractions of π are constants of an algorithm there, not misspelt ones of `Math`. */
function configuration() {
  const { $schema, vcs, files, overrides, ...own } = readJson(inRoot('biome.json'));
  const { rules } = own.linter;
  const suspicious = { ...rules.suspicious, noApproximativeNumericConstant: 'off' };
  return { ...own, root: true, linter: { ...own.linter, rules: { ...rules, suspicious } } };
}

const copies = mkdtempSync(join(tmpdir(), 'kernels-'));
try {
  writeFileSync(join(copies, 'biome.json'), JSON.stringify(configuration()));
  for (const name of names)
    writeFileSync(join(copies, name), readFileSync(join(folder, name), 'utf8').replace(/^(?=@(inline|external)\b)/gm, '//'));
  const args = [TOOLS.biome, 'check', ...(write ? ['--write'] : []), ...names];
  const { status } = spawnSync(process.execPath, args, { cwd: copies, stdio: 'inherit' });
  if (write)
    for (const name of names)
      writeFileSync(join(folder, name), readFileSync(join(copies, name), 'utf8').replace(/^\/\/(?=@(inline|external)\b)/gm, ''));
  process.exitCode = status ?? 1;
} finally {
  rmSync(copies, { recursive: true, force: true });
}
