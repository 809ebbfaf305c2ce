/** Definitions or configuration with errors: its message has all of them, each with its place, its code and a hint. */
export class InvalidDefinitionsError extends Error {
  override readonly name = 'InvalidDefinitionsError'
}
