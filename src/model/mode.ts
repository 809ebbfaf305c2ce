import type { Environment } from './schema-types.js'

/** The two modes of the flows API, as at Stripe: objects of one are never seen by a key of the other. */
export type Mode = NonNullable<Environment['mode']>

/** The mode of an environment: test, unless it says that it is live. */
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

/** The mode that an API key carries in its prefix; undefined where it has none. */
export function modeOfKey(apiKey: string): Mode | undefined {
  return /^[sr]k_(live|test)_/.exec(apiKey)?.[1] as Mode | undefined
}

/** Names that everybody takes for the live environment: there the mode is said, and never supposed. */
export function namesLive(environment: string): boolean {
  return environment === 'live' || environment === 'production' || environment === 'prod'
}
