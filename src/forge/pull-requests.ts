import { type Branches, type Forge, ForgeError, type PullRequest, type PullRequestText } from './forge.js'

/**
 * The open pull request of a branch, or a new one. Two runs at once may both want to make it: the slower one finds that
 * of the other.
 */
export async function openPullRequest(
  forge: Forge,
  branches: Branches,
  text: PullRequestText,
): Promise<{ readonly pullRequest: PullRequest; readonly isNew: boolean }> {
  const existing = await forge.findPullRequest(branches)
  if (existing !== null) return { pullRequest: existing, isNew: false }
  try {
    return { pullRequest: await forge.createPullRequest(branches, text), isNew: true }
  } catch (error) {
    const other = isInvalid(error) ? await forge.findPullRequest(branches) : null
    if (other === null) throw error
    return { pullRequest: other, isNew: false }
  }
}

/** Refused as it is, for instance because there is already what should be made. */
export function isInvalid(error: unknown): boolean {
  return error instanceof ForgeError && error.kind === 'invalid'
}
