/** Where a session at Stripe comes from. */
export interface Origin {
  /** Our id of the session. */
  readonly session?: string | undefined
  /** Key of the flow. */
  readonly flow?: string | null | undefined
  readonly version?: number | null | undefined
}

/** The names that this program adds to the metadata of a session at Stripe, the most important first. */
export const OUR_METADATA = { session: 'flows_session', flow: 'flows_flow', version: 'flows_version' } as const

/** Stripe's limit of pairs. */
export const MOST_PAIRS = 50

/** The origin as metadata. */
export function ourMetadata({ session, flow, version }: Origin): Record<string, string> {
  return {
    ...(session !== undefined && { [OUR_METADATA.session]: session }),
    ...(flow != null && { [OUR_METADATA.flow]: flow }),
    ...(version != null && { [OUR_METADATA.version]: String(version) }),
  }
}

/**
 * Metadata for a session at Stripe: the caller's, and as much of ours as Stripe's limit leaves room for. A caller's pair
 * is left out only if it has one of our names.
 */
export function withOurMetadata(metadata: Readonly<Record<string, string>>, origin: Origin): Record<string, string> {
  let room = MOST_PAIRS - Object.keys(metadata).length
  const ours = Object.entries(ourMetadata(origin)).filter(([name]) => Object.hasOwn(metadata, name) || room-- > 0)
  return { ...metadata, ...Object.fromEntries(ours) }
}

/** The caller's part of the metadata of a session at Stripe. */
export function withoutOurMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const ours: readonly string[] = Object.values(OUR_METADATA)
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !ours.includes(name)))
}
