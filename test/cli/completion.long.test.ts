import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { completed } from '../../src/cli/program/main.js'
import { processTerminal } from '../../src/cli/program/terminal.js'
import { aDefinition, aFolder, aProject, flows } from '../helpers/cli.js'
import { aShell, hasShell } from './shell.js'

const ENVIRONMENTS =
  'project: acme-kyc\nenvironments:\n  local: {}\n  live: { mode: live, api: "https://f.example", api_key_env: K }\n'

const aProjectOfTwo = () => aProject({ 'high-value': aDefinition('A'), 'sign-up': aDefinition('B') }, ENVIRONMENTS)

/** The words that fit, as zsh is told them; in this process. */
async function fitting(cwd: string, ...words: string[]): Promise<string[]> {
  const said: string[] = []
  const terminal = { ...processTerminal(false), cwd, result: (text: string) => void said.push(text) }
  expect(await completed({ shell: 'zsh', words }, terminal)).toBe(0)
  return said
    .join('')
    .split('\n')
    .flatMap((line) => line.split('\t')[0] ?? [])
    .filter((word) => word !== '')
}

describe('completion knows', () => {
  test.each([
    ['commands', ['va'], ['validate']],
    ['commands below commands', ['sessions', 's'], ['show', 'submit']],
    ['what help can be asked for', ['help', 'pl'], ['plan']],
    ['options of the command alone', ['plan', '--det'], ['--detailed-exitcode']],
    ['options that every command takes', ['plan', '--conf'], ['--config']],
    ['options behind a global one', ['--config', 'flows.config.yaml', 'plan', '--det'], ['--detailed-exitcode']],
    ['choices', ['plan', '--format', ''], ['human', 'json', 'markdown', 'github']],
    ['choices behind =', ['plan', '--format=j'], ['--format=json']],
    [
      'choices of an option with several values',
      ['keys', 'create', '--scope', 'flows:read', 'flows:w'],
      ['flows:write'],
    ],
    ['that options with several values end', ['keys', 'create', '--scope', 'flows:read', '--mode', 't'], ['test']],
    ['environments', ['plan', '--env', 'l'], ['local', 'live']],
    ['environments by the short option', ['plan', '-e', 'li'], ['live']],
    ['flows', ['show', ''], ['high-value', 'sign-up']],
    ['flows of commands that take several', ['pull', 'high-value', 's'], ['sign-up']],
    ['environments of commands that take two', ['diff', 'local', 'li'], ['live']],
    ['that a policy must be named', ['plan', '--allow', 'po'], ['policy=']],
    ['flows of an option', ['sessions', 'list', '--flow', 's'], ['sign-up']],
    ['schemas', ['schema', 'p'], ['policy', 'plan']],
    ['guards', ['plan', '--allow', 'w'], ['weaken']],
    ['that a protected flow must be named', ['plan', '--allow', 'prot'], ['protected=']],
    ['flows of a guard', ['plan', '--allow', 'protected=hi'], ['protected=high-value']],
    ['shells', ['completion', ''], ['bash', 'zsh', 'fish']],
    ['where files go', ['fmt', 'flo'], [':files']],
    ['where folders go', ['init', ''], [':folders']],
    ['when nothing more fits', ['show', 'a', ''], []],
  ])('%s', async (_what, words, expected) => {
    expect(await fitting(aProjectOfTwo(), ...words)).toEqual(expected)
  })

  test('what things are for', async () => {
    const { stdout } = await flows(['__complete', 'fish', '--', 'plan', '--det'], { cwd: aFolder() })
    expect(stdout).toBe('--detailed-exitcode\texit 2 when there are changes\n')
  })
})

describe('completion is silent', () => {
  test.each([
    ['outside a project', aFolder],
    ['where the configuration is broken', () => aFolder({ 'flows.config.yaml': 'project: [' })],
    ['where the folder is missing', () => aProject()],
  ])('%s, and goes on knowing what needs no project', async (_where, folder) => {
    const cwd = folder()
    const { code, stdout, stderr } = await flows(['__complete', 'zsh', '--', 'show', ''], { cwd })
    expect([code, stdout, stderr]).toEqual([0, '', ''])
    expect(await fitting(cwd, 'plan', '--form')).toEqual(['--format'])
  })

  test('about definitions that are broken: their keys are there', async () => {
    expect(await fitting(aProject({ a: '{{{' }), 'show', '')).toEqual(['a'])
  })

  test('about files whose names are no keys', async () => {
    expect(await fitting(aProject({ '$(touch pwned)': aDefinition('A'), a: aDefinition('A') }), 'show', '')).toEqual([
      'a',
    ])
  })
})

test('an unknown shell is bad usage', async () => {
  expect(await flows(['completion', 'tcsh'])).toMatchObject({ code: 64, stdout: '' })
})

describe.each(['bash', 'zsh', 'fish'] as const)('in %s, on a terminal', (name) => {
  const isThere = hasShell(name)

  test.skipIf(!isThere)('the Tab key completes commands, options, environments, flows and guards', async () => {
    const { type } = await aShell(name, aProjectOfTwo())
    for (const [typed, called] of [
      ['flows val\t', '<validate>'],
      ['flows plan --det\t', '<plan> <--detailed-exitcode>'],
      ['flows plan --env li\t', '<plan> <--env> <live>'],
      ['flows plan --env=li\t', '<plan> <--env=live>'],
      ['flows show si\t', '<show> <sign-up>'],
      ['flows plan --allow prot\tsi\t', '<plan> <--allow> <protected=sign-up>'],
      ['flows keys create --scope keys:a\t', '<keys> <create> <--scope> <keys:admin>'],
      ['flows fmt flows.con\t', '<fmt> <flows.config.yaml>'],
    ] as const) {
      await type(`${typed}\n`, `called with ${called}`)
    }
  })

  test.skipIf(!isThere)('nothing that was typed is run by the Tab key', async () => {
    const cwd = aProjectOfTwo()
    const { type } = await aShell(name, cwd)
    const typed = name === 'fish' ? '(touch pwned)' : '$(touch pwned)'
    // Ctrl-U throws the line away; the next one shows that the shell is done with it.
    await type(`flows show ${typed} '\t\u0015echo do""ne\n`, 'done')
    await type(`flows show "${name === 'fish' ? '$(touch pwned)' : '`touch pwned`'}" s\t\u0015echo do""ne\n`, 'done')
    expect(existsSync(join(cwd, 'pwned'))).toBe(false)
  })
})
