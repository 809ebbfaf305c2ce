import { isObject } from '../model/json.js'
import { answer } from './answers.js'
import { ForgeError } from './forge.js'
import { type GithubOptions, githubApi, LABEL } from './github.js'
import { inAddress, type Repository } from './repository.js'

/** The files of a repository at GitHub. The token may write contents; nothing else is asked for. */
export function githubRepository(options: GithubOptions): Repository {
  const { get, send, root } = githubApi(options)
  const found = (address: string) => orNull(() => get(address))
  return {
    name: options.repository,
    tip: async (branch) => {
      const ref = await found(`${root}/git/ref/heads/${inAddress(branch)}`)
      if (ref !== null) return answer(LABEL, ref).object('object').text('sha')
      // "Not Found" is also what a token hears that may not see the repository.
      await get(root)
      return null
    },
    read: async (commit, path) => {
      const value = await found(`${root}/contents/${inAddress(path)}?ref=${commit}`)
      if (value === null || Array.isArray(value)) return null
      const file = answer(LABEL, value)
      if (file.text('type') !== 'file') return null
      // GitHub leaves out the content of a large file.
      if (file.text('encoding') !== 'base64')
        throw new ForgeError('too_many', `The file ${path} at ${LABEL} is too large`)
      return { bytes: Buffer.from(file.text('content'), 'base64'), revision: file.text('sha') }
    },
    lastChange: async (commit, path) => {
      const query = new URLSearchParams({ sha: commit, path, per_page: '1' })
      const [last] = [await get(`${root}/commits?${query}`)].flat()
      return answer(LABEL, last).text('sha')
    },
    paths: async (commit, folder) => {
      const value = await get(`${root}/git/trees/${commit}?recursive=1`)
      if (isObject(value) && value.truncated === true) {
        throw new ForgeError('too_many', `${LABEL} does not list all files of the repository: they are too many`)
      }
      const entries = answer(LABEL, value).list('tree')
      const files = entries.filter((entry) => entry.text('type') === 'blob').map((entry) => entry.text('path'))
      return files.filter((path) => folder === '' || path.startsWith(`${folder}/`))
    },
    createBranch: async (name, commit) => {
      await send('POST', `${root}/git/refs`, { ref: `refs/heads/${name}`, sha: commit })
    },
    replace: async (branch, { path, revision, bytes }, { message, author }) => {
      const content = bytes.toString('base64')
      await send('PUT', `${root}/contents/${inAddress(path)}`, { message, content, sha: revision, branch, author })
    },
  }
}

async function orNull(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ForgeError && error.kind === 'not_found') return null
    throw error
  }
}
