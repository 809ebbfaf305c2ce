import { commitInfo } from '../ci/commit-info.js'
import { flowsProvider } from './provider.js'
import { serve } from './serve.js'

const cwd = process.cwd()
const { env } = process

/** What a configuration is made of: a state that lies beside it is no change. */
const files = ['*.tf', '*.tf.json', '*.tfvars', '*.tfvars.json']

await serve(flowsProvider({ env, cwd, source: () => commitInfo({ root: cwd, files, env }) }))
