import { commitInfo } from '../ci/commit-info.js'
import { flowsProvider } from './provider.js'
import { serve } from './serve.js'

const cwd = process.cwd()
const { env } = process

/** The files of a configuration: a state beside them is not a change. */
const files = ['*.tf', '*.tf.json', '*.tfvars', '*.tfvars.json']

await serve(flowsProvider({ env, cwd, source: () => commitInfo({ root: cwd, files, env }) }))
