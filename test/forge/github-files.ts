import { blobOf, type HostedFiles } from './hosted-files.js'
import type { Asked, Told } from './rest-server.js'

/** Above this GitHub leaves the content out. */
const LARGEST = 1024 * 1024

/** References, contents and trees, as far as `src/forge/github-repository.ts` uses them; undefined for other paths. */
export function githubFiles({ method, query, body }: Asked, path: string, files: HostedFiles): Told | undefined {
  if (method === 'GET' && path.startsWith('/git/ref/heads/')) {
    const branch = decodeURIComponent(path.slice('/git/ref/heads/'.length))
    const sha = files.branches.get(branch)
    if (sha === undefined) return failed(404, 'Not Found')
    return { status: 200, body: { ref: `refs/heads/${branch}`, object: { type: 'commit', sha } } }
  }
  if (method === 'POST' && path === '/git/refs') {
    const name = String(body.ref).replace('refs/heads/', '')
    if (files.branches.has(name)) return failed(422, 'Reference already exists')
    files.branches.set(name, String(body.sha))
    return { status: 201, body: { ref: body.ref, object: { type: 'commit', sha: body.sha } } }
  }
  if (method === 'GET' && path.startsWith('/git/trees/')) {
    const entries = [...files.tree(path.split('/')[3] ?? '')]
    const tree = entries.map(([path, bytes]) => ({ path, mode: '100644', type: 'blob', sha: blobOf(bytes) }))
    return { status: 200, body: { sha: 'd'.repeat(40), tree, truncated: false } }
  }
  if (method === 'GET' && path === '/commits') {
    const sha = files.lastChange(query.get('sha') ?? '', query.get('path') ?? '')
    return { status: 200, body: sha === undefined ? [] : [{ sha }] }
  }
  if (!path.startsWith('/contents/')) return undefined
  const name = decodeURIComponent(path.slice('/contents/'.length))
  const branch = String(body.branch)
  const bytes = files.tree(method === 'PUT' ? (files.branches.get(branch) ?? '') : (query.get('ref') ?? '')).get(name)
  if (bytes === undefined) return failed(404, 'Not Found')
  if (method === 'GET') {
    // In lines, as there.
    const content = bytes.toString('base64').replaceAll(/.{60}/g, '$&\n')
    const given = bytes.length > LARGEST ? { content: '', encoding: 'none' } : { content, encoding: 'base64' }
    return { status: 200, body: { type: 'file', path: name, sha: blobOf(bytes), size: bytes.length, ...given } }
  }
  if (body.sha !== blobOf(bytes)) return failed(409, `${name} does not match ${body.sha}`)
  const sha = files.push(branch, { [name]: Buffer.from(String(body.content), 'base64') })
  files.log.push({ branch, message: String(body.message), author: body.author })
  return { status: 200, body: { commit: { sha } } }
}

function failed(status: number, message: string): Told {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) } }
}
