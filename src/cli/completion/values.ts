import { findDefinitions } from '../../app/project/definitions.js'
import { KEY_PATTERN } from '../../model/flow.js'
import { GUARDS } from '../../plan/allowance.js'
import { openProject } from '../options/project.js'
import type { Cli } from '../program/command.js'

/** What fits in a place: words, or names of files, which the shell itself knows best. */
export type Values = readonly string[] | 'files' | 'folders'

/**
 * The values for a place, named as in the help (`<flow>`) or by the option. They come from files of the project at
 * most, never from a service. If the files cannot be read, there are no values.
 */
export function valuesOf(name: string, typed: string, cli: Cli): Values {
  return VALUES[name]?.(typed, cli) ?? []
}

const VALUES: Readonly<Record<string, (typed: string, cli: Cli) => Values>> = {
  flow: (_, cli) => keys(cli),
  'flow or deployment': (_, cli) => keys(cli),
  flows: (_, cli) => keys(cli),
  key: (_, cli) => keys(cli),
  keys: (_, cli) => keys(cli),
  '--env': (_, cli) => environments(cli),
  env: (_, cli) => environments(cli),
  environment: (_, cli) => environments(cli),
  first: (_, cli) => environments(cli),
  second: (_, cli) => environments(cli),
  from: (_, cli) => environments(cli),
  to: (_, cli) => environments(cli),
  '--allow': guards,
  file: () => 'files',
  files: () => 'files',
  plan: () => 'files',
  folder: () => 'folders',
}

/** `weaken`, and after `weaken=` the flows. Protected flows and policies must always be named. */
function guards(typed: string, cli: Cli): Values {
  const [guard = ''] = typed.split('=')
  if (typed.includes('=')) return guard === 'policy' ? [] : keys(cli).map((key) => `${guard}=${key}`)
  return [...GUARDS.map((one) => (one === 'protected' ? `${one}=` : one)), 'policy=']
}

function environments(cli: Cli): readonly string[] {
  return quietly(() => Object.keys(openProject(cli).config.environments))
}

/** Files may have any name; a shell gets only those that are valid keys. */
function keys(cli: Cli): readonly string[] {
  return quietly(() =>
    findDefinitions(openProject(cli))
      .files.map(({ key }) => key)
      .filter((key) => KEY_PATTERN.test(key)),
  )
}

/** Pressing Tab never shows the faults of a project. */
function quietly(read: () => readonly string[]): readonly string[] {
  try {
    return read()
  } catch {
    return []
  }
}
