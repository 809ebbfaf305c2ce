import { execFileSync, spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { aFolder } from '../helpers/cli.js'

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
    backend(root, request, response)
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

/** `git http-backend` as a web server calls it (CGI). */
function backend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname.replace(/^\/gitlab/, ''),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'],
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      HTTP_GIT_PROTOCOL: request.headers['git-protocol']?.toString(),
      REMOTE_USER: 'somebody',
    },
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk) => chunks.push(chunk))
  child.stdin.on('error', () => {})
  request.pipe(child.stdin)
  child.on('close', () => {
    const answer = Buffer.concat(chunks)
    const end = answer.indexOf('\r\n\r\n')
    const headers = Object.fromEntries(
      answer
        .subarray(0, end)
        .toString()
        .split('\r\n')
        .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    )
    const { status = '200', ...others } = headers
    response.writeHead(Number.parseInt(status, 10), others)
    response.end(answer.subarray(end + 4))
  })
}
