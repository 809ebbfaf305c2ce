import type { Issue } from '../model/diagnostic.js'
import { type Patch, patched, patchesIn, referencesIn, type Variables, withVariables } from '../model/flow.js'
import { isObject } from '../model/json.js'
import { fromPointer, toPointer } from '../model/json-pointer.js'
import type { Modes } from '../model/mode.js'
import { nearest } from '../text/nearest.js'
import { quote } from '../text/quote.js'
import { inEnvironment, memberOf } from './definition.js'
import type { FileIssue } from './definition-set.js'
import type { SourceFile } from './extends.js'
import { checkFlowBody } from './flow-body.js'

export interface Combining {
  readonly environments: Modes
  readonly variables: Variables
  /** The configuration, where variables get their values. */
  readonly configFile: string
}

/** An issue in some environments, and the layer that sets the value. */
interface Found {
  readonly issue: Issue
  readonly file: string
  /** The definition in which it was found first. */
  readonly definition: string
  readonly environments: Set<string>
  /** The variable whose values do not fit. */
  readonly variable: string | undefined
}

/**
 * What is wrong with definitions only together with the bases that they extend and the variables that they name. Each
 * fault is one, at the file that sets the value, with all the environments that have it. Each definition is given as its
 * layers: the farthest base first, the definition last. Places in `known` have a fault already.
 */
export function checkCombined(
  definitions: readonly (readonly SourceFile[])[],
  about: Combining,
  known: ReadonlySet<string>,
): FileIssue[] {
  const found = new Map<string, Found>()
  for (const layers of definitions) {
    if (layers.every(({ value }) => isObject(value))) collect(layers, about, known, found)
  }
  return [...found.values()].map((one) => toFileIssue(one, about))
}

function collect(
  layers: readonly SourceFile[],
  about: Combining,
  known: ReadonlySet<string>,
  found: Map<string, Found>,
): void {
  const definition = layers.at(-1)?.file ?? ''
  for (const [environment, mode] of about.environments) {
    const patches = patchesIn(
      layers.map(({ value }) => value as Record<string, unknown>),
      environment,
    )
    const body = patched(patches)
    const unset = unsetVariables(body, environment, about)
    const { stripe_flow: _, ...one } = withVariables(body, about.variables[environment])
    const issues = checkFlowBody(one, mode)
    const isUnset = ({ pointer }: Issue) => unset.some((issue) => issue.pointer === pointer)
    for (const issue of [...unset, ...issues.filter((one) => !isUnset(one))]) {
      const placed = placedIn(layers, patches, issue)
      const place = `${placed.file} ${placed.issue.pointer}`
      // What is wrong inside of a value also makes the value wrong.
      if (known.has(place) || [...known].some((one) => one.startsWith(`${place}/`))) continue
      const id = `${place} ${issue.code}`
      const before = found.get(id)
      if (before === undefined) found.set(id, { ...placed, definition, environments: new Set([environment]) })
      else before.environments.add(environment)
    }
  }
}

function toFileIssue({ issue, file, definition, environments, variable }: Found, about: Combining): FileIssue {
  const names = [...environments]
  const quoted = names.map((name) => quote(name)).join(', ')
  const isReference = issue.code.startsWith('VARIABLE_')
  const all = names.length === about.environments.size
  const isOverlay = issue.pointer.startsWith('/environments/')
  const told =
    issue.code === 'VARIABLE_MISSING'
      ? missingIn(issue, quoted)
      : variable !== undefined
        ? { ...issue, message: `${issue.message} (the variable ${quote(variable)} of ${quoted})` }
        : all || isOverlay || isReference
          ? issue
          : inEnvironment(issue, ...names)
  const related = [
    ...valuesOf(variable, names, about),
    ...(file === definition ? [] : [{ file: definition, pointer: '/extends' }]),
  ]
  return {
    file,
    issue: file === definition ? told : { ...told, message: `${told.message} (in ${definition})` },
    ...(related.length > 0 && { related }),
    ...((isReference || variable !== undefined) && { environments: names }),
  }
}

/** The places in the configuration that give a variable its values. */
function valuesOf(
  variable: string | undefined,
  environments: readonly string[],
  { variables, configFile }: Combining,
): readonly { readonly file: string; readonly pointer: string }[] {
  if (variable === undefined) return []
  return environments
    .filter((environment) => Object.hasOwn(variables[environment] ?? {}, variable))
    .map((environment) => ({
      file: configFile,
      pointer: toPointer(['environments', environment, 'variables', variable]),
    }))
}

function unsetVariables(body: Record<string, unknown>, environment: string, { variables }: Combining): Issue[] {
  const values = variables[environment] ?? {}
  const names = [...new Set(Object.values(variables).flatMap((one) => Object.keys(one)))]
  return referencesIn(body)
    .filter(({ variable }) => !Object.hasOwn(values, variable))
    .map(({ path, variable }): Issue => {
      const pointer = toPointer(path)
      if (names.includes(variable)) {
        return {
          code: 'VARIABLE_MISSING',
          message: `the variable ${quote(variable)} has no value`,
          pointer,
          part: 'value',
        }
      }
      const near = nearest(variable, names)
      return {
        code: 'VARIABLE_UNKNOWN',
        message: `no environment has a variable ${quote(variable)}`,
        hint:
          near === undefined
            ? 'write it under "variables" of every environment in the configuration'
            : `did you mean "${near}"?`,
        pointer,
        part: 'value',
      }
    })
}

function missingIn(issue: Issue, environments: string): Issue {
  return {
    ...issue,
    message: issue.message.replace('has no value', `has no value in ${environments}`),
    hint: `write it under "variables" of ${environments} in the configuration, or say another value for ${environments} here`,
  }
}

/** The issue at the layer that sets the value; at the definition if none does. */
function placedIn(
  layers: readonly SourceFile[],
  patches: readonly Patch[],
  issue: Issue,
): Pick<Found, 'file' | 'issue' | 'variable'> {
  const path = fromPointer(issue.pointer)
  const setter = patches.findLast(({ value }) => memberOf(value, path) !== undefined)
  const file = layers[setter?.layer ?? layers.length - 1]?.file ?? ''
  const pointer = toPointer([...(setter?.within ?? []), ...path])
  const said = setter && memberOf(setter.value, path)?.value
  const [reference] = isObject(said) ? referencesOf(path, said) : []
  return { file, issue: { ...issue, pointer }, variable: issue.code.startsWith('VARIABLE_') ? undefined : reference }
}

/** The variable that stands for the value at a path. */
function referencesOf(path: readonly string[], value: unknown): string[] {
  const body = path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)
  return referencesIn(body).map(({ variable }) => variable)
}
