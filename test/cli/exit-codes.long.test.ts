import { expect, test } from 'vitest'
import { ExitCode } from '../../src/cli/program/exit-code.js'
import { aDefinition, aProject, ended, flows, flowsProcess, printed, start, writeFiles } from '../helpers/cli.js'

const SELFIE = 'options: { document: { require_matching_selfie: true } }\n'
const STRICT = 'project: acme-kyc\nenvironments:\n  local: { guards: { weaken: block } }\n'
const SERVED =
  'project: acme-kyc\nenvironments:\n  live: { mode: live, api: "https://flows.example.com", api_key_env: FLOWS_TEST_UNSET_KEY }\n'

/** How a command ended whose process ends by itself. */
async function codeOf(args: readonly string[], cwd: string): Promise<number | null> {
  return (await flowsProcess(args, { cwd })).code
}

/** For every code a real command that ends with it: a record, so that none is forgotten. */
const COMMANDS: Readonly<Record<keyof typeof ExitCode, () => Promise<number | null>>> = {
  ok: () => codeOf(['validate'], aProject({ a: aDefinition('A') })),
  failed: () => codeOf(['show', 'nobody'], aProject({ a: aDefinition('A') })),
  changesPending: () => codeOf(['plan', '--detailed-exitcode'], aProject({ a: aDefinition('A') })),
  definitionsInvalid: () => codeOf(['plan'], aProject({ a: 'name: A\n' })),
  planStale: async () => {
    const cwd = aProject({ a: aDefinition('A') })
    await flows(['apply', '--yes'], { cwd })
    writeFiles(cwd, { 'flows/a.yaml': aDefinition('Reviewed') })
    await flows(['plan', '--out', 'plan.json'], { cwd })
    writeFiles(cwd, { 'flows/a.yaml': aDefinition('Meanwhile') })
    await flows(['apply', '--yes'], { cwd })
    return codeOf(['apply', 'plan.json'], cwd)
  },
  blocked: async () => {
    const cwd = aProject({ a: aDefinition('A', SELFIE) }, STRICT)
    await flows(['apply', '--yes'], { cwd })
    writeFiles(cwd, { 'flows/a.yaml': aDefinition('A') })
    return codeOf(['apply', '--yes'], cwd)
  },
  notAuthorised: () => codeOf(['plan'], aProject({ a: aDefinition('A') }, SERVED)),
  badUsage: () => codeOf(['plna'], aProject({ a: aDefinition('A') })),
  interrupted: async () => {
    const child = start(['dev', '--port', '0'], { cwd: aProject({ a: aDefinition('A') }) })
    const end = ended(child)
    await printed(child, 'http://')
    child.kill('SIGINT')
    return (await end).code
  },
}

test.each(Object.entries(ExitCode))('%s is %i, at the end of a real command', async (name, code) => {
  expect(await COMMANDS[name as keyof typeof ExitCode]()).toBe(code)
})
