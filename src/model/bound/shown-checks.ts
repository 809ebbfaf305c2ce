import { compareText } from '../canonical.js'
import { DOCUMENT_TYPES } from '../flow.js'
import { isObject } from '../json.js'
import { toPointer } from '../json-pointer.js'
import type { Leaf } from '../leaves.js'

/** What is checked, as a session at Stripe shows it. Its sets are open: newer names and values may come. */
export interface ShownChecks {
  /** "document", "id_number", or "verification_flow". */
  readonly type: string
  readonly options: unknown
}

/** A field that decides what is checked. */
export interface Check {
  /** JSON Pointer, as in a definition: "/options/document/require_live_capture". */
  readonly path: string
  readonly value: Leaf
}

/** A field in which two things that check people differ. */
export interface CheckField {
  readonly path: string
  readonly before: Leaf
  readonly after: Leaf
}

/**
 * Stripe leaves out what is off. That an option which is left out has these values is unverified against the live API.
 */
const DEFAULTS: ReadonlyMap<string, Leaf> = new Map<string, Leaf>([
  ['/options/document/allowed_types', [...DOCUMENT_TYPES]],
  ['/options/document/require_id_number', false],
  ['/options/document/require_live_capture', false],
  ['/options/document/require_matching_selfie', false],
  ['/options/email/require_verification', false],
  ['/options/phone/require_verification', false],
  ['/options/matching/name', 'none'],
  ['/options/matching/dob', 'none'],
])
const OF_DOCUMENTS = '/options/document/'
const GROUPS: ReadonlySet<string> = new Set(['document', 'email', 'phone', 'matching'])

/**
 * Every field that decides what is checked, with the defaults filled in, so that equal checks are equal. Names and values
 * that this program does not know are kept: a check that is new at Stripe must not look like none.
 */
export function checkLeaves({ type, options }: ShownChecks): ReadonlyMap<string, Leaf> {
  const shown = isObject(options) ? options : {}
  const isOfDocument = typeOf(type, shown) === 'document'
  const leaves = new Map<string, Leaf>()
  const { id_number, ...others } = shown
  // Of a session for an ID number alone it is what the type says.
  collect(isOfDocument ? shown : others, ['options'], leaves)
  leaves.set('/type', typeOf(type, shown))
  for (const [path, value] of DEFAULTS) {
    if (!leaves.has(path) && (isOfDocument || !path.startsWith(OF_DOCUMENTS))) leaves.set(path, value)
  }
  return new Map([...leaves].sort(([a], [b]) => rank(a) - rank(b) || compareText(a, b)))
}

/** The fields that are not as Stripe has them by default, in the order of a definition; the type is always among them. */
export function notableChecks(checks: ShownChecks): Check[] {
  return [...checkLeaves(checks)]
    .filter(([path, value]) => path === '/type' || !same(DEFAULTS.get(path), value))
    .map(([path, value]) => ({ path, value }))
}

/** In the order of a definition. */
export function compareChecks(before: ShownChecks, after: ShownChecks): CheckField[] {
  const [was, is] = [checkLeaves(before), checkLeaves(after)]
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((path) => !same(was.get(path), is.get(path)))
    .sort((a, b) => rank(a) - rank(b) || compareText(a, b))
    .map((path) => ({ path, before: was.get(path) ?? null, after: is.get(path) ?? null }))
}

/**
 * A flow's session has a type of its own; what it checks shows in its options. Whether a flow that checks neither a document
 * nor an ID number can be is unverified against the live API: it would look like one of documents.
 */
function typeOf(type: string, options: Readonly<Record<string, unknown>>): string {
  if (type !== 'verification_flow') return type
  return options.document === undefined && options.id_number !== undefined ? 'id_number' : 'document'
}

function collect(value: unknown, path: readonly string[], leaves: Map<string, Leaf>): void {
  if (isObject(value)) {
    const members = Object.entries(value)
    for (const [name, member] of members) collect(member, [...path, name], leaves)
    // A check that has no settings of its own: that it is there says that it is on.
    if (members.length === 0 && path.length === 2 && !GROUPS.has(path[1] ?? '')) leaves.set(toPointer(path), true)
    return
  }
  leaves.set(toPointer(path), leafOf(value))
}

/** An open set: its values are compared as texts. */
function leafOf(value: unknown): Leaf {
  if (Array.isArray(value)) return [...new Set(value.map(String))].sort(compareText)
  return typeof value === 'boolean' ? value : value === null || value === undefined ? null : String(value)
}

const ORDER = ['/type', ...DEFAULTS.keys()]

function rank(path: string): number {
  const at = ORDER.indexOf(path)
  return at === -1 ? ORDER.length : at
}

function same(a: Leaf | undefined, b: Leaf | undefined): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
}
