import { isObject } from '../model/json.js'
import { ForgeError } from './forge.js'

/** Reads an answer member by member. If a member is missing or has another type, the answer is not from this API. */
export interface Answer {
  text(name: string): string
  number(name: string): number
  /** "" for null and for a missing member. */
  optionalText(name: string): string
  object(name: string): Answer
  list(name: string): readonly Answer[]
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
    list: (name) => {
      const member = members[name]
      return Array.isArray(member) ? member.map((one) => answer(label, one)) : fail()
    },
  }
}
