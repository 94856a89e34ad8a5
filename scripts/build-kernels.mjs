// node scripts/build-kernels.mjs — compiles lib/numerics/kernels/assembly to WebAssembly and embeds it in lib/numerics/kernels/binary.ts.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import asc from 'assemblyscript/asc';
import { root } from './lib/root.mjs';

const folder = 'lib/numerics/kernels';
const settings = ['-O3', '--noAssert', '--enable', 'simd', '--runtime', 'stub', '--disableWarning', '201', '--zeroFilledMemory'];

/** The bytes of the kernels, compiled from their source. */
export async function compileKernels() {
  let bytes;
  const { error, stderr } = await asc.main(
    [join(folder, 'assembly/index.ts'), '--baseDir', root, '--outFile', 'kernels.wasm', ...settings],
    {
      writeFile: (name, contents) => {
        if (name === 'kernels.wasm') bytes = contents;
      },
    },
  );
  if (error || !bytes) throw new Error(`the kernels do not compile: ${error?.message ?? ''}\n${stderr.toString()}`);
  return Buffer.from(bytes);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const bytes = await compileKernels();
  const lines = bytes.toString('base64').match(/.{1,124}/g);
  const text = `// Made by scripts/build-kernels.mjs from ./assembly; not edited by hand.
export const KERNELS_BASE64 = [
${lines.map((l) => `  '${l}',`).join('\n')}
].join('');
`;
  writeFileSync(join(root, folder, 'binary.ts'), text);
  console.log(`${bytes.length} bytes of WebAssembly in ${folder}/binary.ts`);
}
