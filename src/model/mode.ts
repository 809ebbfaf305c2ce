import type { Environment } from './schema-types.js'

/** The two modes of the flows API, as at Stripe: a key of one mode never sees objects of the other. */
export type Mode = NonNullable<Environment['mode']>

/** The mode of an environment: test, unless the environment says live. */
export function modeOf({ mode }: { readonly mode?: Mode | undefined }): Mode {
  return mode ?? 'test'
}

/** The mode of every environment of a configuration, by its name. */
export type Modes = ReadonlyMap<string, Mode>

export function modesOf(environments: Readonly<Record<string, { readonly mode?: Mode | undefined }>>): Modes {
  return new Map(Object.entries(environments).map(([name, environment]) => [name, modeOf(environment)]))
}

export function modeFor(livemode: boolean): Mode {
  return livemode ? 'live' : 'test'
}

export function otherMode(mode: Mode): Mode {
  return mode === 'live' ? 'test' : 'live'
}

/** The mode that the prefix of an API key names; undefined if it names none. */
export function modeOfKey(apiKey: string): Mode | undefined {
  return /^[sr]k_(live|test)_/.exec(apiKey)?.[1] as Mode | undefined
}

/** Names that everybody takes for the live environment: its mode must be written down, never assumed. */
export function namesLive(environment: string): boolean {
  return environment === 'live' || environment === 'production' || environment === 'prod'
}
