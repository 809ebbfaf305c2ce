import type { HostedFiles } from './hosted-files.js'
import { type Asked, pageOf, type Told } from './rest-server.js'

/** Branches, files, trees and commits, as far as `src/forge/gitlab-repository.ts` uses them; undefined for others. */
export function gitlabFiles({ method, query, body }: Asked, path: readonly string[], files: HostedFiles) {
  const [kind, what, name = ''] = path.map(decodeURIComponent)
  if (kind !== 'repository') return undefined
  if (what === 'branches' && method === 'GET') {
    const id = files.branches.get(name)
    if (id === undefined) return failed(404, '404 Branch Not Found')
    return { status: 200, body: { name, commit: { id } } }
  }
  if (what === 'branches' && method === 'POST') {
    if (files.branches.has(String(body.branch))) return failed(400, 'Branch already exists')
    files.branches.set(String(body.branch), String(body.ref))
    return { status: 201, body: { name: body.branch, commit: { id: body.ref } } }
  }
  if (what === 'files' && method === 'GET') {
    const ref = query.get('ref') ?? ''
    const bytes = files.tree(ref).get(name)
    if (bytes === undefined) return failed(404, '404 File Not Found')
    const content = bytes.toString('base64')
    return {
      status: 200,
      body: { file_path: name, encoding: 'base64', content, last_commit_id: files.lastChange(ref, name) },
    }
  }
  if (what === 'tree' && method === 'GET') {
    const folder = query.get('path') ?? ''
    const all = [...files.tree(query.get('ref') ?? '').keys()].filter((one) => one.startsWith(`${folder}/`))
    const { items, page, pages } = pageOf(all, query, 20)
    const next = page < pages ? { 'x-next-page': String(page + 1) } : undefined
    return { status: 200, body: items.map((one) => ({ type: 'blob', path: one })), ...(next && { headers: next }) }
  }
  if (what !== 'commits' || method !== 'POST') return undefined
  const branch = String(body.branch)
  const [action] = body.actions as { file_path: string; content: string; last_commit_id: string }[]
  const tip = files.branches.get(branch) ?? ''
  const bytes = files.tree(tip).get(action?.file_path ?? '')
  if (action === undefined || bytes === undefined) return failed(400, "A file with this name doesn't exist")
  if (action.last_commit_id !== files.lastChange(tip, action.file_path)) {
    return failed(400, 'You are attempting to update a file that has changed since you started editing it.')
  }
  const id = files.push(branch, { [action.file_path]: Buffer.from(action.content, 'base64') })
  const author = { name: body.author_name, email: body.author_email }
  files.log.push({ branch, message: String(body.commit_message), author })
  return { status: 201, body: { id } }
}

function failed(status: number, message: string): Told {
  return { status, body: { message } }
}
