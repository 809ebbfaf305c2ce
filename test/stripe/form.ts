import { invalid } from './refusal.js'

/** Decoded parameters: texts, and what nests them. */
export type Tree = string | readonly Tree[] | { readonly [name: string]: Tree }
export type Members = { readonly [name: string]: Tree }

interface Branch {
  [name: string]: string | Branch
}

/**
 * Form encoding as Stripe's clients send it: `options[document][require_live_capture]=true`, lists as `a[0]=x` or
 * `a[]=x`, brackets raw or percent-encoded. Query and body are one bucket.
 */
export function decodeForm(...texts: readonly string[]): Members {
  const root: Branch = Object.create(null)
  for (const text of texts) {
    for (const [name, value] of new URLSearchParams(text)) put(root, pathOf(name), value)
  }
  return membersOf(root)
}

export function bracketed(path: readonly string[]): string {
  const [first = '', ...inner] = path
  return `${first}${inner.map((name) => `[${name}]`).join('')}`
}

function pathOf(name: string): readonly string[] {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name)
  if (match === null) throw invalid(name, `Invalid parameter name: ${name}`)
  const [, first = '', rest = ''] = match
  return [first, ...[...rest.matchAll(/\[([^[\]]*)\]/g)].map(([, inner = '']) => inner)]
}

function put(root: Branch, path: readonly string[], value: string): void {
  let branch = root
  for (const [at, step] of path.entries()) {
    const name = step === '' ? String(Object.keys(branch).length) : step
    if (at === path.length - 1) {
      branch[name] = value
      return
    }
    const inner = branch[name]
    if (typeof inner === 'string') throw invalid(bracketed(path), `Invalid object: ${bracketed(path)}`)
    const next: Branch = inner ?? Object.create(null)
    branch[name] = next
    branch = next
  }
}

function membersOf(branch: Branch): Members {
  return Object.fromEntries(Object.entries(branch).map(([name, inner]) => [name, treeOf(inner)]))
}

function treeOf(inner: string | Branch): Tree {
  if (typeof inner === 'string') return inner
  const names = Object.keys(inner)
  const isList = names.length > 0 && names.every((name, at) => name === String(at))
  return isList ? names.map((name) => treeOf(inner[name] as string | Branch)) : membersOf(inner)
}
