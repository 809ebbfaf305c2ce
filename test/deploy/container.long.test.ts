import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { aFolder, ended, printed, type Run } from '../helpers/cli.js'
import { aDatabase } from '../store/databases.js'
import { stagesOf } from './containerfile.js'

/*
 * No container engine is needed: the last stage of the Containerfile is made in a folder, with Node and what Node loads
 * as the base image, and entered by chroot: read-only, as the image's user, with the image's variables and commands.
 * What the stages before it build is what this repository has built.
 */

const stages = stagesOf('Containerfile')
const image = stages.at(-1)
if (image === undefined) throw new Error('the Containerfile has no stage')

/** Whether this user may make a root file system of its own. CI may. */
const mayMount = process.platform === 'linux' && process.getuid?.() === 0 && canMount()
if (!mayMount) console.warn('SKIPPED: the image is not tried: that needs root, to mount a file system and to chroot')

function canMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The root file system of the image. */
function aRoot(): string {
  const root = aFolder()
  // The image's user has to get in.
  chmodSync(root, 0o755)
  const bring = (from: string, to = from) => {
    mkdirSync(dirname(join(root, to)), { recursive: true })
    cpSync(realpathSync(from), join(root, to), { recursive: true })
  }
  bring(process.execPath, '/usr/local/bin/node')
  const loaded = execFileSync('ldd', [process.execPath], { encoding: 'utf8' })
  for (const [library] of loaded.matchAll(/\/\S+/g)) bring(library)
  for (const { stage, from, to } of image?.copies ?? []) {
    const built = stages.find(({ name }) => name === stage)
    if (built === undefined) throw new Error(`${from} does not come from an earlier stage`)
    bring(from.replace(`${built.workdir}/`, ''), to)
  }
  for (const folder of [image?.workdir ?? '/', '/tmp', '/proc']) mkdirSync(join(root, folder), { recursive: true })
  return root
}

function inside(root: string, command: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const variables = Object.entries({ PATH: '/usr/local/bin', ...image?.env, ...env }).map((pair) => pair.join('='))
  const script = [
    'mount --bind "$1" "$1"',
    'mount -o remount,ro,bind "$1"',
    'mount -t proc proc "$1/proc"',
    'mount -t tmpfs tmpfs "$1/tmp"',
    'cd "$1"',
    'exec chroot --userspec="$2" "$1" "$3" -e "$4" "$5"',
  ].join(' && ')
  // Node itself goes to the working folder and becomes the command: this root file system has no shell.
  const enter = `
    const { workdir, command, env } = JSON.parse(process.argv[1])
    process.chdir(workdir)
    const [program, ...args] = command
    const child = require('node:child_process').spawn(program, args, { env, stdio: 'inherit' })
    for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => child.kill(signal))
    child.on('exit', (code, signal) => process.exit(code ?? 128))`
  const what = JSON.stringify({
    workdir: image?.workdir,
    command,
    env: Object.fromEntries(variables.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)])),
  })
  const args = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', root, image?.user ?? '']
  const child = spawn('unshare', [...args, '/usr/local/bin/node', enter, what], { env: { PATH: process.env.PATH } })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return String(port)
}

test.skipIf(!mayMount)('the image migrates when it is told to, serves, knows its health, and stops', async () => {
  const root = aRoot()
  const env = { DATABASE_URL: await aDatabase(), FLOWS_SERVE_PORT: await freePort() }
  const run = (command: readonly string[]): Promise<Run> => ended(inside(root, command, env))
  const { entrypoint, command, health, user } = image
  expect(await run([...entrypoint, 'migrate', '--check'])).toMatchObject({ code: 2 })
  const early = await run([...entrypoint, ...command])
  expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining('flows migrate runs them') })
  expect(await run([...entrypoint, 'migrate'])).toMatchObject({ code: 0, stderr: '' })
  expect(await run(health)).toMatchObject({ code: 1 })

  const serving = inside(root, [...entrypoint, ...command], env)
  await printed(serving, 'Stop with Ctrl-C')
  expect(await run(health)).toMatchObject({ code: 0, stdout: '', stderr: '' })
  const made = await run([...entrypoint, 'keys', 'create', '--name', 'app'])
  expect(made, made.stderr).toMatchObject({ code: 0, stdout: expect.stringMatching(/^sk_test_/) })
  const answer = await fetch(`http://127.0.0.1:${env.FLOWS_SERVE_PORT}/v1/identity/verification_flows`, {
    headers: { authorization: `Bearer ${made.stdout.trim()}` },
  })
  expect(await answer.json()).toMatchObject({ object: 'list', data: [] })
  const probe = `
    const { writeFileSync } = require('node:fs')
    const tried = ['/opt/flows/x', '/srv/x', '/x'].map((file) => { try { writeFileSync(file, ''); return 'written' } catch ({ code }) { return code } })
    console.log(process.getuid() + ':' + process.getgid(), ...tried)`
  expect((await run(['node', '-e', probe])).stdout).toBe(`${user} EROFS EROFS EROFS\n`)

  const end = ended(serving)
  process.kill(Number(childOf(serving)), 'SIGTERM')
  expect(await end).toMatchObject({ code: 0 })
  expect(await run(health)).toMatchObject({ code: 1 })
})

/** unshare and sh have become chroot and then Node, so the process of the service is the same one, or its child. */
function childOf({ pid }: ChildProcess): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return Number(children.split(' ')[0]) || Number(pid)
}
