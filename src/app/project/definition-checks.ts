import type { ReadDefinition } from '../../load/definition-files.js'
import { discover } from '../../load/discover.js'
import { compareText } from '../../model/canonical.js'
import type { Issue } from '../../model/diagnostic.js'
import type { Variables } from '../../model/flow.js'
import { modesOf } from '../../model/mode.js'
import { checkBindings } from '../../validate/bound-flows.js'
import { checkCombined } from '../../validate/combined.js'
import { checkBase, checkDefinition, isComplete } from '../../validate/definition.js'
import { checkDefinitionSet } from '../../validate/definition-set.js'
import { chainOf, checkExtends } from '../../validate/extends.js'
import { policiesFolder } from './policies.js'
import type { Project } from './project.js'
import type { Bases, Checks } from './source-set.js'

/** The folders whose files are never bases. */
export function foldersOf(project: Project): readonly string[] {
  const policies = policiesFolder(project)
  return [...project.config.flows, ...(policies === undefined ? [] : [policies])]
}

/** The values of variables, as the configuration gives them. */
export function variablesOf({ config }: Project): Variables {
  return Object.fromEntries(Object.entries(config.environments).map(([name, one]) => [name, one.variables ?? {}]))
}

/** Everything that may be wrong with definitions and the bases that they extend. */
export function checksOf(project: Project): Checks {
  const { configFile, config } = project
  const environments = modesOf(config.environments)
  const about = { environments, variables: variablesOf(project), configFile }
  const folders = foldersOf(project)
  const known = new Set<string>()
  const faulty = new Set<string>()
  /** Remembers the faults of single files, so that none is found again in what files say together. */
  const remember = ({ file, diagnostics }: ReadDefinition, issues: readonly Issue[]) => {
    if (diagnostics.length > 0) faulty.add(file)
    for (const { pointer } of issues) known.add(`${file} ${pointer}`)
    return { issues }
  }
  return {
    file: (read) => remember(read, checkDefinition(read.value, environments)),
    base: (read) => remember(read, checkBase(read.value, environments)),
    set: (read, bases) => {
      const sound = read.flatMap((definition) => {
        const chain = chainOf(definition, bases, folders)
        const layers = chain && [...chain, definition]
        return layers === undefined || layers.some(({ file }) => faulty.has(file)) ? [] : [layers]
      })
      const combined = checkCombined(
        sound.filter((layers) => !isComplete(layers.at(-1)?.value)),
        about,
        known,
      )
      const names = () => knownBases(project, bases)
      return [
        ...checkDefinitionSet(read),
        ...checkExtends(read, bases, { folders, known: names }),
        ...checkBindings(sound, environments),
        ...combined,
      ]
    },
  }
}

/** Paths that may have been meant as bases: those that are extended elsewhere, and the files beside them. */
function knownBases({ root }: Project, bases: Bases): readonly string[] {
  const folders = new Set(['base', 'bases', ...[...bases.keys()].map((file) => file.replace(/\/?[^/]*$/, ''))])
  const files = [...folders].filter((one) => one !== '').flatMap((one) => discover(root, one).files)
  return [...new Set([...bases.keys(), ...files.map(({ file }) => file)])].sort(compareText)
}
