export const MiB = 1024 * 1024

/** The largest request body, in bytes: for forms, and for JSON. */
export const V1_LIMIT = 1 * MiB
export const V2_LIMIT = 32 * MiB

/** Limits of a form: the number of parameters, and the depth of nested names. */
export const MOST_PARAMETERS = 10_000
export const DEEPEST = 32
