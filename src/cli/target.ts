import { ExitCode } from '../model/exit-code.js'
import { type Project, storeFrom } from '../project.js'
import { actorOf } from '../remote/embedded/options.js'
import type { Remote } from '../remote/remote.js'
import { Failure } from './failure.js'
import type { Target } from './project.js'
import type { Terminal } from './terminal.js'

/** Where the embedded store of a project lies, as seen from here: so it is shown, too. */
export function storeFile(project: Project, { cwd }: Terminal): string {
  return storeFrom(cwd, project)
}

/** The remote of an environment: over HTTP where it names an API, else the embedded store. Opens nothing yet. */
export async function remoteOf(project: Project, { name, settings }: Target, terminal: Terminal): Promise<Remote> {
  if (settings.api === undefined || settings.api_key_env === undefined) {
    const { embedded } = await import('../remote/embedded/embedded.js')
    return embedded({ file: storeFile(project, terminal), actor: actorOf(terminal.env) })
  }
  const apiKey = terminal.env[settings.api_key_env]
  if (!apiKey) {
    throw new Failure('api_key_missing', `environment "${name}" needs an API key: ${settings.api_key_env} is not set`, {
      hint: `put the key into the environment variable ${settings.api_key_env}; never into a file`,
      exitCode: ExitCode.notAuthorised,
    })
  }
  const { http } = await import('../remote/http/http.js')
  const { api } = settings
  const onSilence = () => terminal.talk(`${api} has not answered yet: still waiting\n`)
  return http({ api, apiKey, onSilence })
}
