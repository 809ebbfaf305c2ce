import type { WrittenAs } from '../wire/message.js'
import { type AttributePath, SEVERITY, type Diagnostic as WireDiagnostic } from '../wire/messages.js'
import type { Diagnostic, Step } from './provider.js'
import type { Block } from './schema.js'
import { hasAttributes } from './wire-schema.js'

/**
 * A diagnostic at the deepest place that Terraform can find in a file: it follows blocks, maps and lists, but not
 * nested attributes and sets. The text names the rest of the path.
 */
export function wireDiagnostic(diagnostic: Diagnostic, schema: Block): WrittenAs<typeof WireDiagnostic> {
  const { severity, summary, detail, path } = diagnostic
  const found = path.slice(0, depthFound(path, schema))
  const place = found.length < path.length ? `At ${pathText(path)}: ` : ''
  return {
    severity: SEVERITY[severity],
    summary,
    detail: `${place}${detail}`,
    attribute: found.length === 0 ? null : wirePath(found),
  }
}

export function wirePath(path: readonly Step[]): WrittenAs<typeof AttributePath> {
  return {
    steps: path.map((step) => {
      if ('attribute' in step) return { attribute_name: step.attribute }
      return 'key' in step ? { element_key_string: step.key } : { element_key_int: step.index }
    }),
  }
}

function depthFound(path: readonly Step[], block: Block): number {
  const [first, ...rest] = path
  if (first === undefined || !('attribute' in first)) return 0
  const inner = block.blocks?.[first.attribute]
  if (inner !== undefined) return 1 + depthFound(rest, inner)
  const type = block.attributes[first.attribute]?.type
  if (type === undefined) return 0
  const [second] = rest
  if (hasAttributes(type) || second === undefined) return 1
  const inList = type[0] === 'list' && 'index' in second
  const inMap = type[0] === 'map' && 'key' in second
  return inList || inMap ? 2 : 1
}

function pathText(path: readonly Step[]): string {
  const steps = path.map((step) => {
    if ('attribute' in step) return `.${step.attribute}`
    return `[${'key' in step ? JSON.stringify(step.key) : step.index}]`
  })
  return steps.join('').replace(/^\./, '')
}
