export const MiB = 1024 * 1024

/** The largest body of a request, in bytes: of forms, and of JSON. */
export const V1_LIMIT = 1 * MiB
export const V2_LIMIT = 32 * MiB

/** Of a form: how many parameters, and how many names one is deep. */
export const MOST_PARAMETERS = 10_000
export const DEEPEST = 32
