import type { Package } from './ci-jobs.js'
import type { Repository } from './repository.js'

/**
 * The variable with the key of a new project's environment "live". Each project of a repository has one of its own, since
 * the secrets of CI have the names of variables.
 */
export function firstKeyVariable(project: string, repository: Pick<Repository, 'project'>): string {
  const own = repository.project === '' ? '' : `${project.toUpperCase().replaceAll('-', '_')}_`
  return `FLOWS_${own}LIVE_KEY`
}

/** The configuration of a new project. */
export function projectConfig(project: string, api: string | undefined, keyVariable: string): string {
  const live =
    api === undefined
      ? `  # live:
  #   mode: live # a key of test mode is refused
  #   api: https://flows.example.com
  #   api_key_env: ${keyVariable} # the key itself comes from the environment only
  #   guards: { weaken: block, archive: block, max_change_share: 0.3 }
`
      : `  live:
    mode: live # a key of test mode is refused
    api: ${JSON.stringify(api)}
    api_key_env: ${keyVariable} # the key itself comes from the environment only
    guards: { weaken: block, archive: block, max_change_share: 0.3 }
`
  return `# yaml-language-server: $schema=./schemas/config.schema.json
project: ${JSON.stringify(project)}
flows: flows
environments:
  local: {} # embedded store under .flows/, test mode
${live}`
}

/** A definition, a policy and tests of both to start with. */
export function firstFile(name: 'sign-up' | 'live-capture' | 'sign-up.test', from: Package): string {
  return from.file(`src/cli/templates/${name}.yaml`)
}
