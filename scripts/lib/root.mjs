import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's own folder: every path of the launcher starts here, whatever the working directory. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The folder that holds everything a running installation writes: `DATA_DIR`, else `.data` in the project. */
export function dataDir(fallback = '.data') {
  const given = process.env.DATA_DIR || fallback;
  return isAbsolute(given) ? given : resolve(root, given);
}

/** Path inside the project. */
export const inRoot = (...parts) => join(root, ...parts);

/** Content of a JSON file, or `undefined` when there is none or it is broken. */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
