#!/usr/bin/env node
/**
 * `npm run fix-lockfile`, after every change of a dependency: completes package-lock.json.
 *
 * Some packages exist once per platform (compilers, database binaries), as optional dependencies. npm leaves those that a registry could not serve
 * out of the lock file, and `npm ci` then refuses the file on every machine. This enters each missing one with its version and platform; npm installs
 * it where it exists and fits, and skips it elsewhere. Addresses of the registry that happened to be used ("resolved") are removed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from './lib/root.mjs';

const OS = {
  darwin: 'darwin',
  linux: 'linux',
  linuxmusl: 'linux',
  win32: 'win32',
  windows: 'win32',
  freebsd: 'freebsd',
  openbsd: 'openbsd',
  netbsd: 'netbsd',
  android: 'android',
  aix: 'aix',
  sunos: 'sunos',
  openharmony: 'openharmony',
};
const CPU = new Set(['x64', 'arm64', 'arm', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el', 'wasm32']);

/** Operating system and processor, from the package's name. */
export function platformOf(name) {
  const words = name.split('/').at(-1).split(/[-.]/);
  const os = words.map((word) => OS[word]).find(Boolean);
  const cpu = words.map((word) => (word === 'universal' ? undefined : CPU.has(word) ? word : undefined)).find(Boolean);
  const libc = words.some((word) => word.endsWith('musl')) ? { libc: ['musl'] } : {};
  return { ...(os ? { os: [os] } : {}), ...(cpu ? { cpu: [cpu] } : {}), ...libc };
}

/** Where Node would look for a dependency of the package at `path`, nearest first. */
function* placesOf(path, name) {
  let at = path;
  for (;;) {
    yield at ? `${at}/node_modules/${name}` : `node_modules/${name}`;
    if (!at) return;
    const up = at.lastIndexOf('/node_modules/');
    at = up < 0 ? '' : at.slice(0, up);
  }
}

/** Complete a parsed lock file in place; returns the names that were added. */
export function complete(lock) {
  const added = [];
  const entries = Object.entries(lock.packages);
  for (const [, entry] of entries) delete entry.resolved;
  for (const [path, entry] of entries) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if ([...placesOf(path, name)].some((place) => lock.packages[place])) continue;
      const exact = /^[~^]?(\d+\.\d+\.\d+[\w.+-]*)$/.exec(version)?.[1];
      const platform = platformOf(name);
      if (!exact || (!platform.os && !platform.cpu)) continue; // an optional package for every platform: npm resolves it itself
      lock.packages[`node_modules/${name}`] = {
        version: exact,
        ...(entry.dev ? { dev: true } : {}),
        optional: true,
        ...platform,
      };
      added.push(`${name}@${exact}`);
    }
  }
  const sorted = Object.keys(lock.packages).sort((a, b) => (a < b ? -1 : 1));
  lock.packages = Object.fromEntries(sorted.map((path) => [path, lock.packages[path]]));
  return added;
}

if (process.argv[1]?.endsWith('fix-lockfile.mjs')) {
  const file = inRoot('package-lock.json');
  const before = readFileSync(file, 'utf8');
  const lock = JSON.parse(before);
  const added = complete(lock);
  const after = `${JSON.stringify(lock, null, 2)}\n`;
  if (after !== before) writeFileSync(file, after);
  console.log(added.length ? `added ${added.length}: ${added.join(', ')}` : after === before ? 'nothing to do' : 'tidied');
}
