import type { ASTNode } from '@marcbachmann/cel-js'

/** A chain of members: `flow.options.document`, `flow.metadata["tier"]`. */
export interface Chain {
  /** The variable at its start. */
  readonly root: string
  readonly members: readonly { readonly name: string; readonly offset: number }[]
}

/** The chain that ends in this node; undefined if its root is not a variable. */
function chainOf(node: ASTNode): Chain | undefined {
  if (node.op === 'id') return { root: node.args, members: [] }
  if (node.op === '.') return extended(node.args[0], node.args[1], node.end - node.args[1].length)
  if (node.op !== '[]') return undefined
  const [value, index] = node.args
  return index.op === 'value' && typeof index.args === 'string' ? extended(value, index.args, index.start) : undefined
}

function extended(value: ASTNode, name: string, offset: number): Chain | undefined {
  const chain = chainOf(value)
  return chain && { root: chain.root, members: [...chain.members, { name, offset }] }
}

/** The direct parts of a node, in the order of the text. */
export function partsOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return []
    case '.':
    case '.?':
      return [node.args[0]]
    case 'call':
      return node.args[1]
    case 'rcall':
      return [node.args[1], ...node.args[2]]
    case 'list':
      return node.args
    case 'map':
      return node.args.flat()
    case '!_':
    case '-_':
      return [node.args]
    default:
      return node.args
  }
}

/** The function that a node calls; undefined if it is not a call. */
export function callOf(node: ASTNode): string | undefined {
  return node.op === 'call' || node.op === 'rcall' ? node.args[0] : undefined
}

/** A node and everything in it, outermost first. */
export function* nodesIn(node: ASTNode): Generator<ASTNode> {
  yield node
  for (const part of partsOf(node)) yield* nodesIn(part)
}

/** The longest chains of an expression, in the order of the text. */
export function chainsIn(node: ASTNode): Chain[] {
  const chain = chainOf(node)
  return chain === undefined ? partsOf(node).flatMap(chainsIn) : [chain]
}
