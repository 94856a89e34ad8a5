import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { codeVersion } from '../../lib/services/system/code-version';
import { codeVersions, countedFiles, STAGE_SOURCES } from './code-versions.mjs';

const dir = mkdtempSync(join(tmpdir(), 'code-versions-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const versionOf = async (files: Readonly<Record<string, string>>) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return (await codeVersions({ stage: [join(dir, 'stage.ts')] }))['stage'];
};

const STAGE = `import { half } from './half';\nexport const stage = (x: number) => half(x) + 1;\n`;

test('a version changes with the arithmetic that a stage reaches, and not with its comments', async () => {
  const first = await versionOf({ 'stage.ts': STAGE, 'half.ts': 'export const half = (x: number) => x / 2;\n' });
  const said = await versionOf({ 'half.ts': '/** Half of it. */\nexport const half = (x: number): number => x / 2;\n' });
  const other = await versionOf({ 'half.ts': 'export const half = (x: number) => x / 2.5;\n' });
  expect(first).toMatch(/^stage-[0-9a-f]{10}$/);
  expect(said).toBe(first);
  expect(other).not.toBe(first);
});

test('code that a stage does not reach leaves its version alone', async () => {
  const first = await versionOf({ 'half.ts': 'export const half = (x: number) => x / 2;\n' });
  const more = await versionOf({
    'half.ts': 'export const half = (x: number) => x / 2;\nexport const third = (x: number) => x / 3;\n',
  });
  expect(more).toBe(first);
});

test.each(Object.entries(STAGE_SOURCES))(
  '%s: what stores, sends, waits or starts threads is not in the version',
  async (_stage, sources) => {
    const files = await countedFiles(sources);
    expect(files).toEqual(expect.arrayContaining(sources));
    expect(files.filter((f) => /^lib\/(db|queue|log|config|errors|threads|csv)\//.test(f))).toEqual([]);
  },
);

test('the stages of the product carry the versions of their sources as they are now', async () => {
  const versions = await codeVersions();
  expect(Object.keys(versions)).toEqual(Object.keys(STAGE_SOURCES));
  for (const stage of Object.keys(STAGE_SOURCES))
    expect(codeVersion(stage as Parameters<typeof codeVersion>[0])).toBe(versions[stage]);
});
