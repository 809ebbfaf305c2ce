/**
 * The branch of a ref by its full name, "refs/heads/main"; null if it is of no branch. git's short names will not do:
 * where a tag is called main, too, that of the branch is "heads/main".
 */
export function branchOf(ref: string, folder = 'refs/heads/'): string | null {
  return ref.startsWith(folder) ? ref.slice(folder.length) : null
}
