import { findDefinitions } from '../../app/project/definitions.js'
import { KEY_PATTERN } from '../../model/flow.js'
import { GUARDS } from '../../plan/allowance.js'
import { openProject } from '../options/project.js'
import type { Cli } from '../program/command.js'

/** What fits in a place: words, or names of files that the shell itself knows best. */
export type Values = readonly string[] | 'files' | 'folders'

/**
 * The values of a place, by what the help calls it: `<flow>`, or by the option. Read from the files of the project at
 * most, never from a service; where they cannot be read there are none.
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

/** `weaken`, and behind `weaken=` the flows. A protected flow has to be named, and so has a policy. */
function guards(typed: string, cli: Cli): Values {
  const [guard = ''] = typed.split('=')
  if (typed.includes('=')) return guard === 'policy' ? [] : keys(cli).map((key) => `${guard}=${key}`)
  return [...GUARDS.map((one) => (one === 'protected' ? `${one}=` : one)), 'policy=']
}

function environments(cli: Cli): readonly string[] {
  return quietly(() => Object.keys(openProject(cli).config.environments))
}

/** A file's name may be anything; only those are given to a shell that are keys. */
function keys(cli: Cli): readonly string[] {
  return quietly(() =>
    findDefinitions(openProject(cli))
      .files.map(({ key }) => key)
      .filter((key) => KEY_PATTERN.test(key)),
  )
}

/** Whoever presses Tab is not told what is wrong with a project. */
function quietly(read: () => readonly string[]): readonly string[] {
  try {
    return read()
  } catch {
    return []
  }
}
