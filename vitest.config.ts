import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { codeVersions } from './scripts/lib/code-versions.mjs';

const root = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  define: { __CODE_VERSIONS__: JSON.stringify(await codeVersions()) },
  resolve: { alias: { '@': root.replace(/\/$/, '') } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['app/**/*.test.ts', 'cli/**/*.test.ts', 'lib/**/*.test.ts', 'workers/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/*.int.test.ts'],
          // Arithmetic, not waiting: a machine with other work on it must not fail them.
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['**/*.int.test.ts'],
          exclude: ['**/node_modules/**', '.next/**', '.data/**', 'dist/**'],
          globalSetup: ['tests/support/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
