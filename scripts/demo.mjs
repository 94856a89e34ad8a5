#!/usr/bin/env node
/** `npm run demo`: the whole of Driftless on this machine. Needs Node and nothing else; `npm run demo -- --help` lists the options. */
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`✗ this is Node ${process.versions.node}: install Node 20.19 or newer (https://nodejs.org) and start again`);
  process.exit(1);
}
const { demo } = await import('./lib/demo.mjs');
await demo(process.argv.slice(2));
