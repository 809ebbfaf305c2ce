import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Terminal } from '../program/terminal.js'

/**
 * The first settings file of the user that tells Terraform or OpenTofu where providers come from. With such a block,
 * neither looks into terraform.d.
 */
export function installationSettings({ env }: Terminal): string | undefined {
  return filesOf(env).find((file) => /^[ \t]*provider_installation[ \t]*\{/m.test(textOf(file)))
}

function filesOf(env: Terminal['env']): string[] {
  const given = env.TF_CLI_CONFIG_FILE || env.TERRAFORM_CONFIG
  const home = env.HOME
  const config = env.XDG_CONFIG_HOME || (home && join(home, '.config'))
  const ofHome = home === undefined ? [] : [join(home, '.terraformrc'), join(home, '.tofurc')]
  return [
    ...(given ? [given] : ofHome),
    ...(config && !given ? [join(config, 'opentofu', 'tofurc')] : []),
    ...(home === undefined ? [] : ['.terraform.d', '.tofu.d'].flatMap((name) => settingsIn(join(home, name)))),
  ]
}

function settingsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.tfrc'))
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
