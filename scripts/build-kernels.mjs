// node scripts/build-kernels.mjs — compiles lib/kernels/assembly to WebAssembly and embeds it in TypeScript modules beside it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import asc from 'assemblyscript/asc';
import { root } from './lib/root.mjs';

const folder = 'lib/kernels';
const settings = ['-O3', '--noAssert', '--enable', 'simd', '--runtime', 'stub', '--disableWarning', '201', '--zeroFilledMemory'];

/** The modules: entry in the assembly folder → generated file and its constant. */
export const MODULES = [
  { entry: 'index.ts', output: 'binary.ts', constant: 'KERNELS_BASE64' },
  { entry: 'random.ts', output: 'random-binary.ts', constant: 'RANDOM_BASE64' },
];

/** The bytes of a module, compiled from its source. */
export async function compileKernels(entry) {
  let bytes;
  const { error, stderr } = await asc.main(
    [join(folder, 'assembly', entry), '--baseDir', root, '--outFile', 'kernels.wasm', ...settings],
    {
      writeFile: (name, contents) => {
        if (name === 'kernels.wasm') bytes = contents;
      },
    },
  );
  if (error || !bytes) throw new Error(`${entry} does not compile: ${error?.message ?? ''}\n${stderr.toString()}`);
  return Buffer.from(bytes);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const { entry, output, constant } of MODULES) {
    const bytes = await compileKernels(entry);
    const lines = bytes.toString('base64').match(/.{1,124}/g);
    const text = `// Made by scripts/build-kernels.mjs from ./assembly/${entry}; not edited by hand.
export const ${constant} = [
${lines.map((l) => `  '${l}',`).join('\n')}
].join('');
`;
    writeFileSync(join(root, folder, output), text);
    console.log(`${bytes.length} bytes of WebAssembly in ${folder}/${output}`);
  }
}
