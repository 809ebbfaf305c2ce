/** What is wrong with a database address, as the end of a sentence, and how to mend it. Never quotes the address. */
export interface AddressFault {
  readonly message: string
  readonly hint: string
}

export function fault(message: string, hint: string): AddressFault {
  return { message, hint }
}

export function isFault(value: object): value is AddressFault {
  return 'message' in value && 'hint' in value
}
