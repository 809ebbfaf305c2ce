import type { Deployment } from '../../model/deployment.js'
import { printable } from '../../text/text.js'

/** Where a deployment's definitions came from. Members that come from a forge may be missing. */
type Source = (NonNullable<Deployment['source']> & { readonly pull_request?: number; readonly run?: string }) | null

/** "9fceb02+ main #12": the commit (+ if files were uncommitted), its branch and pull request; "-" outside git. */
export function shortSource(source: Source): string {
  if (source === null) return '-'
  const { commit, branch, dirty, pull_request: request } = source
  const parts = [
    `${commit.slice(0, 7)}${dirty ? '+' : dirty === null ? '?' : ''}`,
    branch ?? '',
    request === undefined ? '' : `#${request}`,
  ]
  return parts.filter((part) => part !== '').join(' ')
}

/** "9fceb02 on main, pull request #12, with uncommitted files". */
export function sourceText(source: Source): string {
  if (source === null) return 'no commit is known'
  const { commit, branch, dirty, pull_request: request } = source
  return [
    `${printable(commit.slice(0, 7))}${branch === null ? '' : ` on ${printable(branch)}`}`,
    ...(request === undefined ? [] : [`pull request #${request}`]),
    ...(dirty ? ['with uncommitted files'] : []),
    ...(dirty === null ? ['whether all was committed is not known'] : []),
  ].join(', ')
}
