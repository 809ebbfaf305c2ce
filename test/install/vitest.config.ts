import { defineConfig } from 'vitest/config'

/** What people install, as they install it. Asks the npm registry, so it is no part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/install/*.test.ts'],
    globalSetup: ['test/install/setup.ts'],
    // Each of them downloads, beside the other tests of CI.
    maxWorkers: 1,
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
  },
})
