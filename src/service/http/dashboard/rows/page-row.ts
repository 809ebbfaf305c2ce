import type { Frame } from '../../../dashboard/frame.js'
import type { Needs } from '../../../operations/calls/authorise.js'
import type { LookupCall } from '../../../operations/calls/call.js'
import type { Page } from '../../../pages/page.js'

/** What a page gets: the names in its path, and its query. */
export interface Asked {
  readonly names: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** The page's own address, without its query. */
  readonly path: string
}

/** One page: what it requires of a person, as a route of the API does of a key, and how it is made. */
export interface PageRow {
  /** After "/dashboard/:mode". */
  readonly path: string
  readonly needs: Needs
  /** Whether it asks for a fresh sign-in, because its form does: what was typed would be lost. */
  readonly isGrave?: boolean
  readonly show: (read: Read, asked: Asked, frame: Frame) => Promise<Page | Download | Narrowed>
}

/** Where the person goes next, after "/dashboard/:mode". */
export interface Next {
  readonly to: readonly string[]
}

/** A list is shown there, narrowed by what was typed. */
export interface Narrowed extends Next {
  readonly query: Readonly<Record<string, string>>
}

/** A file instead of a page. */
export interface Download {
  readonly file: string
  readonly type: 'text/csv' | 'text/yaml' | 'application/x-tar'
  readonly content: string | Buffer
}

/** Does one operation for the person who asks. What a remote verifier alone has takes an operation of its own. */
export type Read = <T>(operation: (call: LookupCall) => Promise<T>) => Promise<T>

/** A page that is read in one transaction: the store has all of it. */
export function atOnce(
  show: (call: LookupCall, asked: Asked, frame: Frame) => Promise<Page | Download>,
): PageRow['show'] {
  return (read, asked, frame) => read((call) => show(call, asked, frame))
}

export function nameOf(names: Asked['names'], name: string): string {
  return names[name] ?? ''
}
