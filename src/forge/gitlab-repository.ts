import { answer } from './answers.js'
import { ForgeError } from './forge.js'
import { type GitlabOptions, gitlabApi, LABEL } from './gitlab.js'
import type { Repository } from './repository.js'

/** The files of a project at GitLab. */
export function gitlabRepository(options: GitlabOptions): Repository {
  const { get, list, send, root } = gitlabApi(options)
  const files = `${root}/repository/files`
  const fileAt = (commit: string, path: string) => get(`${files}/${encodeURIComponent(path)}?ref=${commit}`)
  return {
    name: options.project,
    tip: async (branch) => {
      const value = await orNull(() => get(`${root}/repository/branches/${encodeURIComponent(branch)}`), 'Branch')
      return value === null ? null : answer(LABEL, value).object('commit').text('id')
    },
    read: async (commit, path) => {
      const value = await orNull(() => fileAt(commit, path), 'File')
      if (value === null) return null
      const file = answer(LABEL, value)
      return { bytes: Buffer.from(file.text('content'), 'base64'), revision: file.text('last_commit_id') }
    },
    lastChange: async (commit, path) => answer(LABEL, await fileAt(commit, path)).text('last_commit_id'),
    paths: async (commit, folder) => {
      const query = new URLSearchParams({ ref: commit, recursive: 'true', ...(folder !== '' && { path: folder }) })
      const entries = await orNull(() => list(`${root}/repository/tree?${query}`), 'Tree')
      return ((entries ?? []) as readonly unknown[])
        .map((entry) => answer(LABEL, entry))
        .filter((entry) => entry.text('type') === 'blob')
        .map((entry) => entry.text('path'))
    },
    createBranch: async (name, commit) => {
      await send('POST', `${root}/repository/branches`, { branch: name, ref: commit })
    },
    replace: async (branch, { path, revision, bytes }, { message, author }) => {
      const content = bytes.toString('base64')
      const action = { action: 'update', file_path: path, content, encoding: 'base64', last_commit_id: revision }
      await send('POST', `${root}/repository/commits`, {
        branch,
        commit_message: message,
        author_name: author.name,
        author_email: author.email,
        actions: [action],
      })
    },
  }
}

/** GitLab says what it did not find: "404 File Not Found"; without that word, the project is missing. */
async function orNull<T>(work: () => Promise<T>, what: 'Branch' | 'File' | 'Tree'): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ForgeError && error.status === 404 && error.message.includes(what)) return null
    throw error
  }
}
