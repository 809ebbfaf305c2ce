import { Failure } from '../../app/failure.js'
import { type Project, storeFrom } from '../../app/project/project.js'
import type { Target } from '../../app/site.js'
import { keyFault } from '../../model/api-key.js'
import { type Mode, modeOf, modeOfKey } from '../../model/mode.js'
import { actorOf } from '../../remote/embedded/options.js'
import type { Remote } from '../../remote/remote.js'
import type { Terminal } from '../program/terminal.js'

/** Path of a project's embedded store, relative to the current folder. Messages show it like this, too. */
export function storeFile(project: Project, { cwd }: Terminal): string {
  return storeFrom(cwd, project)
}

/** The remote of an environment: over HTTP if it names an API, else the embedded store. Opens nothing yet. */
export async function remoteOf(project: Project, { name, settings }: Target, terminal: Terminal): Promise<Remote> {
  if (settings.api === undefined || settings.api_key_env === undefined) {
    const { embedded } = await import('../../remote/embedded/embedded.js')
    return embedded({ file: storeFile(project, terminal), actor: actorOf(terminal.env) })
  }
  const { http } = await import('../../remote/http/http.js')
  const { api } = settings
  const apiKey = apiKeyOf({ name, settings }, terminal)
  const onSilence = () => terminal.talk(`${api} has not answered yet: still waiting\n`)
  return http({ api, apiKey, keyVariable: settings.api_key_env, mode: modeOf(settings), onSilence })
}

/** The key of an environment that has an API. Throws Failure if it is missing or for another mode. */
export function apiKeyOf({ name, settings }: Target, { env }: Terminal): string {
  const { api_key_env: variable = '' } = settings
  const apiKey = env[variable]
  if (!apiKey) {
    throw new Failure('api_key_missing', `environment "${name}" needs an API key: ${variable} is not set`, {
      hint: `put the key into the environment variable ${variable}; never into a file`,
    })
  }
  const fault = keyFault(apiKey)
  if (fault !== undefined) {
    throw new Failure('api_key_invalid', `the API key in ${variable} ${fault}`, {
      hint: `put the key into ${variable} again, and nothing else`,
    })
  }
  const [mode, says] = [modeOf(settings), modeOfKey(apiKey)]
  if (says !== undefined && says !== mode) throw keyOfOtherMode({ name, settings }, variable, says)
  return apiKey
}

function keyOfOtherMode({ name, settings }: Target, variable: string, says: Mode): Failure {
  const mode = modeOf(settings)
  const message = `the key in ${variable} is of ${says} mode, but environment "${name}" is ${mode} mode: nothing was read or written`
  const isSupposed = settings.mode === undefined
  return new Failure('key_of_other_mode', message, {
    hint: `put a key of ${mode} mode into ${variable}${isSupposed ? `; if "${name}" is meant to be ${says} mode, write "mode: ${says}" for it in the configuration` : ''}`,
  })
}
