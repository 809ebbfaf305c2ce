import { commitInfo } from '../ci/commit-info.js'
import { flowsProvider } from './provider.js'
import { serve } from './serve.js'

const cwd = process.cwd()
const { env } = process

await serve(flowsProvider({ env, cwd, source: () => commitInfo({ root: cwd, files: ['.'], env }) }))
