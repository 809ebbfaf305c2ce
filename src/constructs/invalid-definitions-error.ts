/** Definitions or configuration with errors. The message has all of them, each with place, code and hint. */
export class InvalidDefinitionsError extends Error {
  override readonly name = 'InvalidDefinitionsError'
}
