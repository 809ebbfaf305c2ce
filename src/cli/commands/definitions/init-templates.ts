import { readFileSync } from 'node:fs'
import { planFile } from '../../../forge/plan-artifact.js'
import { packageFile } from '../../program/package-file.js'
import { version } from '../../program/version.js'

/** What `flows init` writes. Every file works as it is; most of the text is in src/cli/templates/. */

export function projectConfig(project: string, api: string | undefined): string {
  const live =
    api === undefined
      ? `  # live:
  #   mode: live # a key of test mode is refused
  #   api: https://flows.example.com
  #   api_key_env: FLOWS_LIVE_KEY # the key itself comes from the environment only
  #   guards: { weaken: block, archive: block, max_change_share: 0.3 }
`
      : `  live:
    mode: live # a key of test mode is refused
    api: ${JSON.stringify(api)}
    api_key_env: FLOWS_LIVE_KEY # the key itself comes from the environment only
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
export function firstFile(name: 'sign-up' | 'live-capture' | 'sign-up.test'): string {
  return template(`${name}.yaml`)
}

/** @param branch the branch that pull requests are merged into. */
export function githubWorkflow(project: string, hasLive: boolean, branch: string): string {
  return jobs('github.yaml', hasLive, { PROJECT: project, BRANCH: branchFilter(branch) })
}

export function gitlabPipeline(project: string, hasLive: boolean): string {
  return jobs('gitlab.yaml', hasLive, { PROJECT: project, PLAN_FILE: planFile({ project, environment: 'live' }) })
}

/** A template with or without its parts between `# [live` and `# live]`, and with its `__NAMES__` filled in. */
function jobs(name: string, hasLive: boolean, values: Readonly<Record<string, string>>): string {
  const parts = hasLive ? /^# (?:\[live|live\])\n/gm : /^# \[live\n[\s\S]*?^# live\]\n/gm
  // The version is fixed: a workflow with secrets must not run code that nobody has looked at.
  const filled: Readonly<Record<string, string>> = { ...values, VERSION: version }
  return template(name)
    .replace(parts, '')
    .replace(/__([A-Z_]+?)__/g, (found, value: string) => filled[value] ?? found)
}

function template(name: string): string {
  return readFileSync(packageFile(`src/cli/templates/${name}`), 'utf8')
}

/** A GitHub filter for exactly one branch. A branch may contain only two of its special characters: "+" and "!". */
function branchFilter(branch: string): string {
  if (/^[A-Za-z_][\w/-]*$/.test(branch)) return branch
  return JSON.stringify(branch.replace(/[+!]/g, '\\$&'))
}
