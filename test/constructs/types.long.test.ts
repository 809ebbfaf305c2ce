import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aFolder } from '../helpers/cli.js'

const execute = promisify(execFile)
const TSC = resolve('node_modules/typescript/bin/tsc')

/** What an app of a user of either library may say. */
const app = (library: string) => `
import { App, Fn, TerraformOutput, TerraformStack } from '${library}'
import type { Construct } from 'constructs'
import { DataFlowsVerificationFlow, DataFlowsVerificationFlows, FlowsProvider, InvalidDefinitionsError, VerificationFlow, VerificationFlows, type VerificationFlowConfig } from 'verification-flows/${library}'

class Kyc extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id)
    const provider = new FlowsProvider(this, 'flows', { project: 'acme-kyc', alias: 'live' })
    const config: VerificationFlowConfig = { key: 'high', name: 'High', type: 'document', provider, options: { document: { requireLiveCapture: true } } }
    const flow = new VerificationFlow(this, 'high', { ...config, lifecycle: { preventDestroy: true }, metadata: { team: Fn.upper('risk') } })
    const seen = new DataFlowsVerificationFlow(this, 'seen', { key: flow.key, dependsOn: [flow] })
    new DataFlowsVerificationFlows(this, 'all')
    const version: number = flow.version
    new TerraformOutput(this, 'link', { value: [seen.staticLinkUrl, version] })
    const made: VerificationFlow = VerificationFlows.fromDirectory(this, 'defined', { directory: '.', provider }).get('high')
    made.importFrom('high')
    console.log(InvalidDefinitionsError)
  }
}
new Kyc(new App(), 'kyc')
`

/** What it may not say, each with what the compiler says of it. */
const wrong = (library: string) => `
import { VerificationFlow } from 'verification-flows/${library}'
import type { Construct } from 'constructs'
const flow = { key: 'a', name: 'A', type: 'document' }
export const make = (scope: Construct) => [
  new VerificationFlow(scope, 'a', { ...flow, options: { document: { requireLiveCapture: 'yes' } } }),
  new VerificationFlow(scope, 'b', { ...flow, options: { document: { requireLiveCaptures: true } } }),
  new VerificationFlow(scope, 'c', { name: 'C', type: 'document' }),
]
`
const CODES = ['TS2322', 'TS2561', 'TS2345']

const LIBRARIES = ['cdktf', 'cdktn']

describe('the declarations, for users who check strictly', () => {
  let packed: string

  beforeAll(async () => {
    packed = mkdtempSync(join(tmpdir(), 'flows-package-'))
    await execute(process.execPath, [
      TSC,
      '-p',
      'src/declarations.tsconfig.json',
      '--outDir',
      join(packed, 'dist/types'),
    ])
    const constructs = ['.ci/constructs.mjs', '--out', join(packed, 'dist')]
    await execute(process.execPath, [...constructs, '--declarations'])
    // As npm pack does: it bundles (prepare) once more after everything is built (prepack).
    await execute(process.execPath, constructs)
    cpSync('package.json', join(packed, 'package.json'))
  })

  afterAll(() => rmSync(packed, { recursive: true, force: true }))

  /** What tsc says of files, by name, beside which this package and both libraries are installed. */
  async function compiled(files: Readonly<Record<string, string>>, ...options: readonly string[]): Promise<string[]> {
    const folder = aFolder({ ...files, 'package.json': '{}' })
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(packed, join(folder, 'node_modules/verification-flows'))
    for (const name of [...LIBRARIES, 'constructs', '@types']) {
      symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name))
    }
    const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', '--preserveSymlinks']
    const all = [TSC, ...Object.keys(files), ...strict, '--target', 'es2022', '--types', 'node', ...options]
    const { stdout } = await execute(process.execPath, all, { cwd: folder }).catch((error) => error)
    return stdout.split('\n').filter((line: string) => /^\S/.test(line))
  }

  const filesOf = (name: string, text: (library: string) => string) =>
    Object.fromEntries(LIBRARIES.map((library) => [`${name}-${library}.ts`, text(library)]))

  // In one program, which reads the declarations of the libraries once: that is what takes long.
  test('hold in an app of CommonJS, and let no misspelt check and no flow without a key through', async () => {
    const said = await compiled({ ...filesOf('app', app), ...filesOf('wrong', wrong) }, '--module', 'nodenext')
    const codes = said.map((line) => /^([\w-]+)\.ts\(.*(TS\d+)/.exec(line)?.slice(1).join(' ') ?? line)
    expect(codes).toEqual(LIBRARIES.flatMap((library) => CODES.map((code) => `wrong-${library} ${code}`)))
  })

  test('hold with the older resolution that the template of cdktf has', async () => {
    const older = ['--module', 'commonjs', '--moduleResolution', 'node10', '--ignoreDeprecations', '6.0']
    expect(await compiled(filesOf('app', app), ...older)).toEqual([])
  })
})
