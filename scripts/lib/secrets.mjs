import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readJson } from './root.mjs';

/** Passwords and keys of one data folder, made once and readable only by the owner. */
export function secrets(file) {
  const old = readJson(file);
  const fresh = () => randomBytes(24).toString('base64url');
  const all = { postgres: fresh(), redis: fresh(), auth: randomBytes(32).toString('base64url'), apiKey: `dl_${fresh()}`, ...old };
  if (JSON.stringify(all) !== JSON.stringify(old)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
  }
  return all;
}
