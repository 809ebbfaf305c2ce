import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { status } from '@grpc/grpc-js'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeCertificate } from '../../../src/terraform/plugin/certificate.js'
import { encodeValue } from '../../../src/terraform/wire/codec.js'
import { aFolder, ended } from '../../helpers/cli.js'
import { buildFixture } from '../fixture/build.js'
import { callerOf, environmentOf, startPlugin } from './client.js'

const built = buildFixture()
const program = join(built, 'terraform-provider-flows')

describe('the start', () => {
  test('one line says where to call, on a socket that no other user can reach', async () => {
    const { handshake } = await startPlugin(built)
    const [version, protocol, network, socket = '', kind, der] = handshake
    expect([version, protocol, network, kind]).toEqual(['1', '6', 'unix', 'grpc'])
    expect(der).toMatch(/^[A-Za-z0-9+/]+$/)
    expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700)
  })

  test('Terraform is called for by name where a person starts it by hand', async () => {
    const run = await ended(spawn(program, { env: environmentOf({ TF_PLUGIN_MAGIC_COOKIE: undefined }) }))
    expect(run).toEqual({
      code: 1,
      signal: null,
      stdout: '',
      stderr: expect.stringContaining('flows terraform install'),
    })
  })

  test('a Terraform that is too old is told so, on stdout, which is all that it shows', async () => {
    const run = await ended(spawn(program, { env: environmentOf({ PLUGIN_PROTOCOL_VERSIONS: '5' }) }))
    expect(run).toMatchObject({ code: 1, stderr: '' })
    expect(run.stdout).toBe('This provider needs Terraform 1.0 or newer (plugin protocol 6).\n')
  })

  test('without node on the PATH one line says what is missing', async () => {
    const run = await ended(spawn(program, { env: environmentOf({ PATH: aFolder() }) }))
    expect(run).toMatchObject({ code: 1, stderr: '' })
    expect(run.stdout).toMatch(
      /^The provider .* runs on Node\.js: put node 20\.19 or newer on the PATH of terraform\.\n$/,
    )
  })

  test('with a node that is too old, one line says which one it is', async () => {
    // As if it were one.
    const versions = "Object.defineProperty(process,'versions',{value:{...process.versions,node:'18.20.8'}})"
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(versions)}`
    const run = await ended(spawn(program, { env: environmentOf({ NODE_OPTIONS }) }))
    expect(run).toMatchObject({ code: 1, stderr: '' })
    expect(run.stdout).toMatch(
      /^The provider .* needs Node\.js 20\.19 or newer; node on the PATH of terraform is v.*\.\n$/,
    )
  })

  test('a folder for temporary files whose name is too long for a socket is not used', async () => {
    const long = join(aFolder(), 'x'.repeat(100))
    mkdirSync(long)
    const plugin = await startPlugin(built, { TMPDIR: long })
    expect(plugin.handshake[3]?.startsWith('/tmp/')).toBe(true)
    await callerOf(plugin).call('GetProviderSchema', {})
  })

  test('a folder that Terraform asks for is used', async () => {
    const folder = aFolder()
    const { handshake } = await startPlugin(built, { PLUGIN_UNIX_SOCKET_DIR: folder })
    expect(handshake[3]?.startsWith(folder)).toBe(true)
  })
})

test('a folder in which there can be no socket is named', async () => {
  const run = await ended(spawn(program, { env: environmentOf({ PLUGIN_UNIX_SOCKET_DIR: '/nowhere' }) }))
  expect(run).toMatchObject({ code: 1, stderr: '' })
  expect(run.stdout).toMatch(/^The provider could not start: ENOENT.* '\/nowhere\/flows-/)
})

describe('who may call', () => {
  test('whoever has the key of the certificate that Terraform gave', async () => {
    const answer = await callerOf(await startPlugin(built)).call('GetProviderSchema', {})
    expect([...answer.resource_schemas.keys()]).toEqual(['flows_thing'])
    expect(answer.server_capabilities).toEqual({ plan_destroy: true, get_provider_schema_optional: true })
  })

  test('nobody else', async () => {
    const plugin = await startPlugin(built)
    const { code } = await callerOf(plugin, makeCertificate(new Date())).failure(
      '/tfplugin6.Provider/GetProviderSchema',
    )
    expect(code).toBe(status.UNAVAILABLE)
  })

  test('anybody of the same user, where Terraform gives no certificate', async () => {
    const plugin = await startPlugin(built, { PLUGIN_CLIENT_CERT: undefined })
    expect(plugin.handshake[5]).toBe('')
    await callerOf(plugin).call('GetProviderSchema', {})
  })
})

describe('calls', () => {
  test.each(['GetMetadata', 'MoveResourceState', 'CallFunction', 'GetResourceIdentitySchemas'])(
    '%s is answered as one that is not there',
    async (name) => {
      const { code } = await callerOf(await startPlugin(built)).failure(`/tfplugin6.Provider/${name}`)
      expect(code).toBe(status.UNIMPLEMENTED)
    },
  )

  test('a value that cannot be read is said in a diagnostic, and a message that cannot fails its own call only', async () => {
    const plugin = await startPlugin(built)
    const caller = callerOf(plugin)
    await caller.call('GetFunctions', {})
    await expect(caller.call('ConfigureProvider', { config: { msgpack: Buffer.from([0xc1]) } })).resolves.toMatchObject(
      { diagnostics: [{ severity: 1, summary: 'Could not configure the provider' }] },
    )
    await caller.call('GetFunctions', {})
  })

  test('a message of 20 MB goes through', async () => {
    const caller = callerOf(await startPlugin(built))
    const folder = 'x'.repeat(20_000_000)
    const config = { msgpack: encodeValue(['object', { folder: 'string' }], { folder }) }
    expect(await caller.call('ValidateProviderConfig', { config })).toEqual({ diagnostics: [] })
  })

  test('an error that no call catches becomes the answer of those under way, and the plugin lives on', async () => {
    const caller = callerOf(await startPlugin(built))
    const folder = join(aFolder(), 'things')
    await caller.call('ConfigureProvider', {
      terraform_version: '1.11.4',
      config: { msgpack: encodeValue(['object', { folder: 'string' }], { folder }) },
    })
    const { diagnostics } = await caller.call('ApplyResourceChange', {
      type_name: 'flows_thing',
      planned_state: { json: Buffer.from('{"name":"crashes in apply"}') },
    })
    expect(diagnostics).toMatchObject([{ summary: 'Could not apply flows_thing', detail: 'Nobody catches this.' }])
    await caller.call('GetFunctions', {})
  })
})

describe('the end', () => {
  test('asked to, it answers, ends with 0 and leaves nothing behind', async () => {
    const plugin = await startPlugin(built)
    const [, , , socket = ''] = plugin.handshake
    await callerOf(plugin).call('Shutdown', {})
    expect(await plugin.ended).toEqual({ code: 0, signal: null })
    expect(existsSync(dirname(socket))).toBe(false)
  })

  test('Ctrl-C is not for it: Terraform will say when to end', async () => {
    const plugin = await startPlugin(built)
    plugin.process.kill('SIGINT')
    await wait(200)
    await callerOf(plugin).call('StopProvider', {})
    expect(plugin.process.exitCode).toBeNull()
  })

  test.each(['SIGTERM', 'SIGHUP'] as const)('%s ends it in good order', async (signal) => {
    const plugin = await startPlugin(built)
    plugin.process.kill(signal)
    expect(await plugin.ended).toEqual({ code: 0, signal: null })
    expect(existsSync(dirname(plugin.handshake[3] ?? ''))).toBe(false)
  })

  test('ends where Terraform ended before it could be told the socket', async () => {
    const TMPDIR = aFolder()
    const child = spawn(program, { env: environmentOf({ TMPDIR }), stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    const [code] = await once(child, 'exit')
    expect(code).toBe(0)
    expect(readdirSync(TMPDIR)).toEqual([])
  })

  test('it is gone soon after the one who started it was killed', async () => {
    const parent = spawn(
      process.execPath,
      ['-e', `require('node:child_process').spawn(process.argv[1], { stdio: ['ignore', 1, 'ignore'] })`, program],
      { env: environmentOf(), stdio: ['ignore', 'pipe', 'inherit'] },
    )
    onTestFinished(() => void parent.kill('SIGKILL'))
    const [line] = await once(createInterface({ input: parent.stdout }), 'line')
    const folder = dirname(String(line).split('|')[3] ?? '')
    expect(existsSync(folder)).toBe(true)
    parent.kill('SIGKILL')
    await expect.poll(() => existsSync(folder), { timeout: 200_000 }).toBe(false)
  })
})

test('a failure is told to Terraform in a line that it can read', async () => {
  const plugin = await startPlugin(built)
  await callerOf(plugin).call('ReadResource', { type_name: 'flows_nothing' })
  await expect.poll(() => plugin.log()).toContain('\n')
  expect(JSON.parse(plugin.log())).toMatchObject({
    '@level': 'error',
    '@message': 'could not read flows_nothing: This provider has no flows_nothing.',
    '@timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    stack: expect.stringContaining('at '),
  })
})

test('two builds of the same are the same, byte by byte: Terraform records what it installed', () => {
  const again = buildFixture()
  const files = (readdirSync(built, { recursive: true }) as string[]).filter((file) => file.includes('.')).sort()
  expect(readdirSync(again, { recursive: true })).toEqual(expect.arrayContaining(files))
  for (const file of files) expect(readFileSync(join(again, file))).toEqual(readFileSync(join(built, file)))
})
