#!/usr/bin/env node
/** `npm run boundaries`: who may import whom (part of `npm run verify`). */
import { checkBoundaries } from './lib/boundaries.mjs';

const { problems, modules } = checkBoundaries();
for (const problem of problems) console.error(`✗ ${problem}`);
console.log(`${modules} modules, ${problems.length} problems`);
process.exit(problems.length ? 1 : 0);
