import { spawn } from 'node:child_process'
import { appendFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { aFolder, ended, flows, type Run, type RunOptions, writeFiles } from '../helpers/cli.js'
import { endedAtCall, momentsOf } from '../helpers/ended-at-call.js'

const HOSTS = ['registry.terraform.io', 'registry.opentofu.org']
const PLATFORMS = ['darwin_amd64', 'darwin_arm64', 'linux_amd64', 'linux_arm64']
const { version: VERSION } = JSON.parse(readFileSync('package.json', 'utf8'))

const placeOf = (plugins: string, host: string) => join(plugins, host, 'verification-flows/flows', VERSION)
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length))
    .sort()

const NO_SETTINGS = { TF_CLI_CONFIG_FILE: '', TERRAFORM_CONFIG: '', XDG_CONFIG_HOME: '' }

/** The home folder is the test's own: nobody's settings of Terraform are read. */
const install = (cwd: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Run> =>
  flows(['terraform', 'install', ...args], { cwd, env: { HOME: cwd, ...NO_SETTINGS, ...options.env } })

const REQUIRED = `terraform {
  required_providers {
    flows = { source = "verification-flows/flows" }
  }
}
`

/** What the real Terraform says of it. */
const initialised = (cwd: string): Promise<Run> =>
  ended(
    spawn('terraform', ['init'], {
      cwd,
      env: { PATH: process.env.PATH, HOME: cwd, TF_CLI_CONFIG_FILE: '/dev/null', CHECKPOINT_DISABLE: '1' },
    }),
  )

describe('flows terraform install', () => {
  test('puts the whole provider under the names of both registries, for every platform', async () => {
    const cwd = aFolder()
    const { code, stdout, stderr } = await install(cwd)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('source  = "verification-flows/flows"')
    for (const host of HOSTS) {
      const place = placeOf(join(cwd, 'terraform.d/plugins'), host)
      expect(readdirSync(place).sort()).toEqual(PLATFORMS)
      for (const platform of PLATFORMS) {
        expect(filesIn(join(place, platform))).toEqual(filesIn(resolve('dist/terraform')))
        expect(statSync(join(place, platform, 'terraform-provider-flows')).mode & 0o777).toBe(0o755)
      }
    }
    expect(readdirSync(join(cwd, 'terraform.d'))).toEqual(['plugins'])
  })

  test('again, there is nothing to do; what was damaged is installed anew', async () => {
    const cwd = aFolder()
    await install(cwd)
    const launcher = join(
      placeOf(join(cwd, 'terraform.d/plugins'), HOSTS[0] ?? ''),
      'linux_amd64/terraform-provider-flows',
    )
    const { mtimeMs } = statSync(launcher)
    expect((await install(cwd)).stdout).toContain('Nothing to do')
    expect(statSync(launcher).mtimeMs).toBe(mtimeMs)
    appendFileSync(launcher, '# damaged\n')
    const mended = await install(cwd, ['--json'])
    expect(JSON.parse(mended.stdout)).toMatchObject({ outcome: 'replaced', version: VERSION, hosts: HOSTS })
    expect(mended.stderr).toBe('')
    expect(readFileSync(launcher)).toEqual(readFileSync('dist/terraform/terraform-provider-flows'))
  })

  test('warns of a lock file with the checksum of another build, and of none that terraform init would take', async () => {
    const cwd = aFolder({ 'main.tf': REQUIRED })
    await install(cwd)
    await initialised(cwd)
    const lock = readFileSync(join(cwd, '.terraform.lock.hcl'), 'utf8')
    const [place = ''] = HOSTS.map((host) => placeOf(join(cwd, 'terraform.d/plugins'), host))
    for (const platform of PLATFORMS) appendFileSync(join(place, platform, 'terraform-provider-flows'), '# damaged\n')
    // The lock file has what is there again.
    expect(await install(cwd)).toMatchObject({ stdout: expect.stringContaining('Installed anew'), stderr: '' })
    expect(await initialised(cwd)).toMatchObject({ code: 0 })
    writeFiles(cwd, { '.terraform.lock.hcl': lock.replace(/"h1:[^"]+"/, `"h1:${'A'.repeat(43)}="`) })
    const { stderr } = await install(cwd)
    expect(stderr).toContain('.terraform.lock.hcl has the checksum of another build of the provider: remove its block')
    expect(await initialised(cwd)).toMatchObject({ code: 1 })
    // Of another version, and of a provider of another name.
    for (const [from, to] of [
      [`"${VERSION}"`, '"0.0.9"'],
      ['verification-flows/flows', 'verification-flows/other'],
    ] as const) {
      writeFiles(cwd, { '.terraform.lock.hcl': lock.replaceAll(/h1:./g, 'h1:A').replaceAll(from, to) })
      expect((await install(cwd)).stderr).toBe('')
    }
  })

  test('says what is in the way of its folder', async () => {
    const cwd = aFolder({ 'infra/.keep': '', 'other/terraform.d/plugins': '' })
    symlinkSync('nowhere', join(cwd, 'infra/terraform.d'))
    const link = await install(cwd, ['--dir', 'infra'])
    expect(link).toMatchObject({ code: 64, stderr: expect.stringContaining('infra/terraform.d is a link to nothing') })
    const file = await install(cwd, ['--dir', 'other'])
    expect(file.stderr).toContain('other/terraform.d/plugins is a file, not a folder')
    expect(file.code).toBe(64)
  })

  test('killed before any of its steps it leaves a version whole or none, and the next run clears up', async () => {
    const cwd = aFolder()
    const counted = { cwd, filesBelow: '/terraform.d/', env: { HOME: cwd } }
    const { calls, moments } = await momentsOf(['terraform', 'install'], counted)
    const plugins = join(cwd, 'terraform.d/plugins')
    const expected = filesIn(placeOf(plugins, HOSTS[0] ?? ''))
    const isWholeOrNone = (folder: string, call: string) => {
      for (const host of HOSTS) {
        const place = placeOf(join(folder, 'terraform.d/plugins'), host)
        if (existsSync(place)) expect(filesIn(place), call).toEqual(expected)
      }
    }
    for (const { call, cwd: left } of moments) isWholeOrNone(left, `call ${call} of ${calls}`)
    expect(moments.length).toBeGreaterThan(8)
    // And by a process that is really killed, with one version whole and the other half copied.
    rmSync(plugins, { recursive: true, force: true })
    await endedAtCall(Math.ceil(calls * 0.75), ['terraform', 'install'], counted)
    isWholeOrNone(cwd, 'killed')
    expect((await install(cwd)).code).toBe(0)
    expect(filesIn(placeOf(plugins, HOSTS[1] ?? ''))).toEqual(expected)
    expect(readdirSync(join(cwd, 'terraform.d'))).toEqual(['plugins'])
  })

  test('goes where terraform runs, or to where every folder finds it', async () => {
    const cwd = aFolder({ 'infra/.keep': '' })
    await install(cwd, ['--dir', 'infra'])
    expect(existsSync(placeOf(join(cwd, 'infra/terraform.d/plugins'), HOSTS[0] ?? ''))).toBe(true)
    expect((await install(cwd, ['--user'])).stdout).toContain('~/.terraform.d/plugins')
    expect(existsSync(placeOf(join(cwd, '.terraform.d/plugins'), HOSTS[1] ?? ''))).toBe(true)
    expect((await install(cwd, ['--user', '--dir', 'infra'])).code).toBe(64)
    expect((await install(cwd, ['--dir', 'nowhere'])).code).toBe(64)
  })

  test('a package without its provider says so, and writes nothing', async () => {
    const cwd = aFolder()
    for (const part of ['dist/flows.js', 'dist/cli.js', 'dist/chunks', 'package.json'])
      cpSync(part, join(cwd, 'package', part), { recursive: true })
    const program = join(cwd, 'package/dist/flows.js')
    const { code, stderr } = await ended(spawn(process.execPath, [program, 'terraform', 'install'], { cwd }))
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('built without its provider') })
    expect(existsSync(join(cwd, 'terraform.d'))).toBe(false)
  })

  const BLOCK = 'provider_installation {\n  direct {}\n}\n'

  test.each([
    ['.terraformrc', {}],
    ['.terraform.d/mirror.tfrc', {}],
    ['.config/opentofu/tofurc', {}],
    ['own.rc', { TF_CLI_CONFIG_FILE: 'own.rc' }],
  ])('warns where %s keeps terraform from looking there', async (file, env) => {
    const cwd = aFolder({ [file]: BLOCK })
    const { code, stderr } = await install(cwd, [], { env })
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining(`${file} has a provider_installation block`),
    })
    writeFiles(cwd, { [file]: `# ${BLOCK.replaceAll('\n', ' ')}\n` })
    expect((await install(cwd, [], { env })).stderr).toBe('')
  })
})
