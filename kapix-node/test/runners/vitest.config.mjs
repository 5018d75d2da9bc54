// With --pool vmForks the tests run in a vm context, as they do under Jest.

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['runner.test.js'],
    globals: true,
    poolOptions: { forks: { singleFork: true }, vmForks: { singleFork: true } },
  },
});
