import { execFileSync } from 'node:child_process'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { aFolder } from '../helpers/cli.js'
import { backend } from './git-backend.js'

export interface GitServer {
  /** Address of the repository without ".git", as CI_PROJECT_URL has it: with a port, and below a path. */
  readonly project: string
  /** The bare repository. */
  readonly folder: string
  readonly git: (...args: string[]) => string
  /** Passwords, and what each may do: GitLab goes by the token, whatever the name of the user is. */
  readonly tokens: Map<string, 'read' | 'write'>
}

/** git's own server over HTTP, of one private repository, as GitLab has it below a path of its own. */
export async function aGitServer(): Promise<GitServer> {
  const root = aFolder()
  const folder = join(root, 'acme', 'kyc.git')
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch', 'main', folder])
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], { cwd: folder })
      .toString()
      .trim()
  git('config', 'http.receivepack', 'true')
  const tokens: GitServer['tokens'] = new Map()
  const server = createServer((request, response) => {
    const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const token = Buffer.from(basic, 'base64')
      .toString()
      .replace(/^[^:]*:/, '')
    const may = tokens.get(token)
    const pushes = `${request.url}`.includes('git-receive-pack')
    if (may === undefined) return refused(response, 401, 'HTTP Basic: Access denied')
    if (pushes && may !== 'write') return refused(response, 403, 'You are not allowed to push code to this project.')
    backend(root, request, response, '/gitlab')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { project: `http://127.0.0.1:${port}/gitlab/acme/kyc`, folder, git, tokens }
}

function refused(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, status === 401 ? { 'www-authenticate': 'Basic realm="GitLab"' } : {})
  response.end(text)
}
