import {availableParallelism} from 'node:os';
import {fileURLToPath} from 'node:url';
import {defineConfig} from 'vitest/config';

export default defineConfig({
  // Node itself takes this file; Vite would take graphql's other build, and two builds do not know each other's types.
  resolve: {alias: [{find: /^graphql$/, replacement: 'graphql/index.js'}]},
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'e2e/**/*.test.ts', 'docs/**/*.test.ts'],
    pool: 'forks',
    // Vitest leaves one processor to itself, and so half of a small machine would be idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Hundreds of processes are started; each compiles our sources anew otherwise.
    env: {NODE_COMPILE_CACHE: fileURLToPath(new URL('./node_modules/.cache/firstlight/compiled', import.meta.url))},
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
