import { isObject } from '../model/json.js'
import { ForgeError } from './forge.js'

/** Reads an answer's member by member: what is not there, or is of another kind, is no answer of this API. */
export interface Answer {
  text(name: string): string
  number(name: string): number
  /** "" for null and for what is left out. */
  optionalText(name: string): string
  object(name: string): Answer
}

export function answer(label: string, value: unknown): Answer {
  const fail = (): never => {
    throw new ForgeError('unreachable', `${label} gave an answer that its API would not give: is the address right?`)
  }
  const members = isObject(value) ? value : fail()
  return {
    text: (name) => {
      const member = members[name]
      return typeof member === 'string' ? member : fail()
    },
    number: (name) => {
      const member = members[name]
      return typeof member === 'number' ? member : fail()
    },
    optionalText: (name) => {
      const member = members[name] ?? ''
      return typeof member === 'string' ? member : fail()
    },
    object: (name) => answer(label, members[name]),
  }
}
