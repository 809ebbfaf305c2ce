import { resolve } from 'node:path'
import { keyFault } from '../model/api-key.js'
import { KEY_PATTERN } from '../model/flow.js'
import { type Mode, modeOf, modeOfKey } from '../model/mode.js'
import { actorOf } from '../remote/embedded/options.js'
import type { Remote } from '../remote/remote.js'
import { quote } from '../text/quote.js'
import { apiAddressFault } from '../validate/address.js'
import { usableKey } from '../validate/key.js'
import { PATTERNS } from '../validate/schema-issues.js'
import { attribute, error, sentence } from './diagnostics.js'
import type { Answer, Diagnostic } from './framework/provider.js'
import type { Block } from './framework/schema.js'
import type { ProviderOptions } from './options.js'
import { type ObjectValue, UNKNOWN, type Value } from './wire/value.js'

const VARIABLE = 'FLOWS_API_KEY'
const DEFAULT_STORE = '.flows/store.sqlite'

/** The block `provider "flows"`. */
export const PROVIDER_BLOCK: Block = {
  description: 'Verification flows as code: the flows API, or an embedded store for trying out.',
  attributes: {
    project: {
      description:
        'The project that manages the flows. Flows of other projects are refused, so that Terraform and the `flows` command, or two configurations, never fight over one flow.',
      type: 'string',
      given: 'required',
    },
    api: {
      description: 'Address of the flows API, at the root of its host: `https://flows.example.com`.',
      type: 'string',
      given: 'optional',
    },
    api_key: {
      description: `API key. Left out, it comes from the environment variable \`${VARIABLE}\`, which keeps it out of files. Its mode is the one that \`mode\` says.`,
      type: 'string',
      given: 'optional',
      sensitive: true,
    },
    mode: {
      description:
        'Mode of the flows, `test` or `live`. A key of the other mode is refused before anything is read or written. An embedded store is test mode. Default: `test`.',
      type: 'string',
      given: 'optional',
    },
    store: {
      description: `Path of an embedded store, from where Terraform runs; used without \`api\`. Default: \`${DEFAULT_STORE}\`.`,
      type: 'string',
      given: 'optional',
    },
  },
}

/** Faults of the block that need no question to the service. */
export function checkProviderBlock({ project, api, api_key, mode, store }: ObjectValue): Diagnostic[] {
  return [
    ...projectFaults(project),
    ...apiFaults(api),
    ...modeFaults(mode, api),
    ...(typeof api === 'string' && typeof api_key === 'string' && mode !== UNKNOWN
      ? keyFaults(api_key, { isInBlock: true, mode })
      : []),
    ...(isSaid(api) && isSaid(store)
      ? [
          error('Both api and store are given', 'Flows are kept in one place: remove one of the two.', [
            attribute('store'),
          ]),
        ]
      : []),
    ...(isSaid(api_key) && !isSaid(api)
      ? [
          error('An API key without an API', 'An embedded store needs no key: give api, or remove api_key.', [
            attribute('api_key'),
          ]),
        ]
      : []),
    ...(store === ''
      ? [error('The path of the store is empty', 'Give a path, or leave it out.', [attribute('store')])]
      : []),
  ]
}

/** The remote of a block without faults; null while it is not known yet. Opens and sends nothing. */
export async function remoteOf(block: ObjectValue, { env, cwd }: ProviderOptions): Promise<Answer<Remote | null>> {
  const { api, api_key, mode, store } = block
  if ([api, api_key, mode, store].includes(UNKNOWN)) return { result: null, diagnostics: [] }
  if (typeof api !== 'string') {
    const file = typeof store === 'string' ? store : DEFAULT_STORE
    const { embedded } = await import('../remote/embedded/embedded.js')
    return { result: embedded({ file: resolve(cwd, file), actor: actorOf(env), driverFrom: cwd }), diagnostics: [] }
  }
  const apiKey = (typeof api_key === 'string' ? api_key : env[VARIABLE]) ?? ''
  if (apiKey === '') return { result: null, diagnostics: [noKey()] }
  const faults = keyFaults(apiKey, { isInBlock: typeof api_key === 'string', mode })
  if (faults.length > 0) return { result: null, diagnostics: faults }
  const { http } = await import('../remote/http/http.js')
  return { result: http({ api, apiKey, mode: meant(mode) }), diagnostics: [] }
}

function meant(mode: Value | undefined): Mode {
  return modeOf({ mode: mode === 'live' ? 'live' : 'test' })
}

/** A key that cannot be sent, or that has the wrong mode. */
function keyFaults(
  apiKey: string,
  { isInBlock, mode }: { readonly isInBlock: boolean; readonly mode: Value | undefined },
): Diagnostic[] {
  const path = [attribute(isInBlock ? 'api_key' : 'api')]
  const where = isInBlock ? 'in api_key' : `in the environment variable ${VARIABLE}`
  const fault = keyFault(apiKey)
  if (fault !== undefined) {
    return [error(`The API key ${fault}`, `It stands ${where}: put the key there again, and nothing else.`, path)]
  }
  const says = modeOfKey(apiKey)
  const wanted = meant(mode)
  if (says === undefined || says === wanted) return []
  const way = isSaid(mode)
    ? `Give a key of ${wanted} mode, or write mode = "${says}" if those flows are meant.`
    : `The block does not say its mode, which is test then: write mode = "${says}" if those flows are meant.`
  const detail = `The key ${where} is of ${says} mode, and ${wanted} mode is meant. Nothing was read or written. ${way}`
  return [error(`The API key is of ${says} mode`, detail, path)]
}

function modeFaults(mode: Value | undefined, api: Value | undefined): Diagnostic[] {
  if (typeof mode !== 'string') return []
  const path = [attribute('mode')]
  if (mode !== 'test' && mode !== 'live') {
    return [error(`${quote(mode)} is not a mode`, 'Write mode = "test" or mode = "live".', path)]
  }
  if (mode === 'test' || isSaid(api)) return []
  return [error('An embedded store has no live mode', 'Give the api of a flows service, or leave mode out.', path)]
}

function noKey(): Diagnostic {
  const way = `Set the environment variable ${VARIABLE}, or api_key from a sensitive variable; never write a key into a file.`
  // The key has no line to point at.
  return error('The API key is missing', way, [attribute('api')])
}

function projectFaults(project: Value | undefined): Diagnostic[] {
  if (typeof project !== 'string' || KEY_PATTERN.test(project)) return []
  const usable = usableKey(project)
  const way = usable === undefined ? 'Give the name of your project.' : `Write project = "${usable}".`
  return [
    error(`${quote(project)} is not the name of a project`, `It ${PATTERNS[KEY_PATTERN.source]}. ${way}`, [
      attribute('project'),
    ]),
  ]
}

function apiFaults(api: Value | undefined): Diagnostic[] {
  const fault = typeof api === 'string' ? apiAddressFault(api) : undefined
  if (fault === undefined) return []
  return [error(`The address of the API ${fault.message}`, `${sentence(fault.hint)}.`, [attribute('api')])]
}

function isSaid(value: Value | undefined): boolean {
  return value !== null && value !== undefined
}
