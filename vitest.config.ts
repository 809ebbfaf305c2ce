import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/helpers/longest-first.js'

/**
 * `npm test` runs in the mode "quick": without the long tests, and with the embedded store where both would do. The mode
 * "embedded" has that store, and the long tests as well.
 */
export default defineConfig(({ mode }) => ({
  test: {
    include: ['test/**/*.test.ts'],
    // The first needs the npm registry: npm run test:install.
    exclude: ['test/install/**', ...(mode === 'quick' ? ['**/*.long.test.ts'] : [])],
    env: { FLOWS_TEST_LANE: mode },
    // Commands are tested as users run them: by the built program.
    globalSetup: ['test/helpers/setup.ts'],
    // The built program is run as it is; read as modules of the tests, it would take half a minute to load.
    server: { deps: { external: [/\/dist\//] } },
    // Loading the program anew for every file would be a fifth of the whole run. What one file changes, it puts back.
    isolate: false,
    // What is sent and answered is held against the OpenAPI document.
    setupFiles: ['test/helpers/exchanges.ts'],
    // By default one core is kept free, which is half of a small machine. The long tests wait for processes, databases and
    // clocks half of their time: then there is work for others.
    maxWorkers: mode === 'quick' ? '100%' : Math.ceil(availableParallelism() * 1.5),
    sequence: { sequencer: LongestFirst },
    // They end what hangs. How long a test takes says how busy the machine is.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 200_000 } },
  },
}))
