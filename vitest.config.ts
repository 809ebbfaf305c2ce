import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/helpers/longest-first.js'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Commands are tested as users run them: the built program in a process of its own.
    globalSetup: ['test/helpers/setup.ts'],
    // What is sent and answered is held against the OpenAPI document.
    setupFiles: ['test/helpers/exchanges.ts'],
    // By default one core is kept free, which is half of a small machine.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
