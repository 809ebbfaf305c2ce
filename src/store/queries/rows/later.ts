import { marking } from './mark.js'

export const LATER = '/* answered later */ '

/**
 * A statement whose answer nobody waits for: the next one is sent behind it at once, where the database is far away. Where
 * it fails, so does what comes behind it in its transaction, the commit too, and with the same error. For writes that
 * only a fault of this program or of the database lets fail.
 */
export const later = marking(LATER)
