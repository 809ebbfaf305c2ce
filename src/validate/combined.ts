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

/** An issue in one environment, and the layer that sets the value. */
interface Found {
  readonly issue: Issue
  readonly file: string
  readonly environments: string[]
  readonly related?: FileIssue['related']
}

/**
 * What is wrong with a definition only together with the bases that it extends and the variables that it names. Each
 * fault is at the file that sets the value. `layers`: the farthest base first, the definition last. Places in `known`
 * have a fault already; those found here are added.
 */
export function checkCombined(layers: readonly SourceFile[], about: Combining, known: Set<string>): FileIssue[] {
  const found = new Map<string, Found>()
  const own = layers.at(-1)
  if (own === undefined || !layers.every(({ value }) => isObject(value))) return []
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
      const placed = placedIn(layers, patches, issue, environment, about)
      const place = `${placed.file} ${placed.issue.pointer}`
      // What is wrong inside of a value also makes the value wrong.
      if (known.has(place) || [...known].some((one) => one.startsWith(`${place}/`))) continue
      const before = found.get(place)
      if (before === undefined) found.set(place, { ...placed, environments: [environment] })
      else before.environments.push(environment)
    }
  }
  for (const place of found.keys()) known.add(place)
  return [...found.values()].map((one) => toFileIssue(one, own.file, about))
}

function toFileIssue({ issue, file, environments, related }: Found, definition: string, about: Combining): FileIssue {
  const all = environments.length === about.environments.size
  const [first = ''] = environments
  const isOverlay = issue.pointer.startsWith('/environments/')
  const told = all || isOverlay || issue.code.startsWith('VARIABLE_') ? issue : inEnvironment(issue, first)
  const where = file === definition ? told : { ...told, message: `${told.message} (in ${definition})` }
  return {
    file,
    issue: where.code === 'VARIABLE_MISSING' ? missingIn(where, environments) : where,
    ...((related ?? []).length > 0 || file !== definition
      ? { related: [...(related ?? []), ...(file === definition ? [] : [{ file: definition, pointer: '/extends' }])] }
      : {}),
  }
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

function missingIn(issue: Issue, environments: readonly string[]): Issue {
  const names = environments.map((name) => quote(name)).join(', ')
  return {
    ...issue,
    message: issue.message.replace('has no value', `has no value in ${names}`),
    hint: `write it under "variables" of ${names} in the configuration, or say another value for ${names} here`,
  }
}

/** The issue at the layer that sets the value; at the definition if none does. */
function placedIn(
  layers: readonly SourceFile[],
  patches: readonly Patch[],
  issue: Issue,
  environment: string,
  { variables, configFile }: Combining,
): Pick<Found, 'file' | 'issue' | 'related'> {
  const path = fromPointer(issue.pointer)
  const setter = patches.findLast(({ value }) => memberOf(value, path) !== undefined)
  const file = layers[setter?.layer ?? layers.length - 1]?.file ?? ''
  const pointer = toPointer([...(setter?.within ?? []), ...path])
  const said = setter && memberOf(setter.value, path)?.value
  const [reference] = isObject(said) ? referencesOf(path, said) : []
  if (reference === undefined || issue.code.startsWith('VARIABLE_')) return { file, issue: { ...issue, pointer } }
  const isSet = Object.hasOwn(variables[environment] ?? {}, reference)
  return {
    file,
    issue: {
      ...issue,
      pointer,
      message: `${issue.message} (the variable ${quote(reference)} of ${quote(environment)})`,
    },
    ...(isSet && {
      related: [{ file: configFile, pointer: toPointer(['environments', environment, 'variables', reference]) }],
    }),
  }
}

/** The variable that stands for the value at a path. */
function referencesOf(path: readonly string[], value: unknown): string[] {
  const body = path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)
  return referencesIn(body).map(({ variable }) => variable)
}
