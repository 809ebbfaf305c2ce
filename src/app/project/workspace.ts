import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { compareText } from '../../model/canonical.js'
import { modeOf } from '../../model/mode.js'
import { badUsage } from '../failure.js'
import { CONFIG_FILES, type Project } from './project.js'

/** More than any repository has; a walk through another kind of folder must end. */
const MOST_FOLDERS = 50_000
const MOST_PROJECTS = 500

/** Folders that hold other people's files, or none of the user's own. */
const PASSED_OVER = new Set(['node_modules', 'vendor', 'dist', 'target'])

/**
 * The configuration files in a folder and those below, as paths from it, in order. Hidden folders, links, and folders
 * of packages are passed over. Throws Failure if a folder has two, or if there are none or too many.
 */
export function findProjects(folder: string): readonly string[] {
  const found: string[] = []
  const folders = ['']
  for (let seen = 0, path = folders.pop(); path !== undefined; path = folders.pop()) {
    seen += 1
    if (seen > MOST_FOLDERS || found.length > MOST_PROJECTS) {
      throw badUsage(
        `there are more than ${MOST_FOLDERS} folders or ${MOST_PROJECTS} projects here`,
        'run it in a folder below',
      )
    }
    const entries = entriesOf(join(folder, path))
    const configs = CONFIG_FILES.filter((name) => entries.some((entry) => entry.name === name && !entry.isDirectory()))
    if (configs.length > 1) {
      throw badUsage(`${configs.map((name) => path + name).join(' and ')} are in one folder`, 'remove one of them')
    }
    found.push(...configs.map((name) => path + name))
    for (const entry of entries) {
      const { name } = entry
      if (entry.isDirectory() && !name.startsWith('.') && !PASSED_OVER.has(name)) folders.push(`${path}${name}/`)
    }
  }
  if (found.length === 0)
    throw badUsage(`there is no ${CONFIG_FILES[0]} here or in a folder below`, 'flows init makes one')
  return found.sort(compareText)
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

/**
 * Throws Failure if two configurations are one project of one service: each would archive what the other defines.
 * `file`: the path by which messages name a configuration.
 */
export function checkDistinct(projects: readonly { readonly file: string; readonly project: Project }[]): void {
  const known = new Map<string, string>()
  for (const { file, project } of projects) {
    const { project: name, environments } = project.config
    // An embedded store belongs to one folder.
    const services = Object.values(environments).flatMap((one) =>
      one.api === undefined ? [] : [`${one.api} ${modeOf(one)}`],
    )
    for (const service of new Set(services)) {
      const place = `${name} ${service}`
      const other = known.get(place)
      if (other !== undefined) {
        const [api, mode] = service.split(' ')
        throw badUsage(
          `${other} and ${file} are both project "${name}" at ${api} (${mode} mode): each would archive the flows of the other`,
          'give each a name of its own in "project"',
        )
      }
      known.set(place, file)
    }
  }
}
