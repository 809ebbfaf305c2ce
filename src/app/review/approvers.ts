import type { Forge } from '../../forge/forge.js'

/**
 * Who approved a commit: in the pull requests whose head it is, or that it came in by. A commit that was only one of
 * several in a pull request was not what people saw. In order of their names.
 */
export async function approversOf(forge: Forge, commit: string): Promise<readonly string[]> {
  const pulls = (await forge.pullRequestsOf(commit)).filter(
    ({ head, landed }) => head.commit === commit || landed.includes(commit),
  )
  const people = new Set<string>()
  for (const pull of pulls) for (const person of await forge.approvers(pull)) people.add(person)
  for (const { author } of pulls) people.delete(author)
  return [...people].sort()
}
