import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import packageJson from '../../package.json' with { type: 'json' }
import { aDefinition, aProject, flows } from '../helpers/cli.js'

interface Hook {
  readonly id: string
  readonly entry: string
  readonly language: string
  readonly files: string
  readonly pass_filenames?: boolean
}

const hooks = parse(readFileSync('.pre-commit-hooks.yaml', 'utf8')) as readonly Hook[]

/** Runs a hook as pre-commit does: in the repository's root, its entry with the staged files that fit behind it. */
async function run(id: string, cwd: string, staged: readonly string[]) {
  const hook = hooks.find((one) => one.id === id)
  if (hook === undefined) throw new Error(`no hook ${id}`)
  const [program, ...args] = hook.entry.split(' ')
  expect(Object.keys(packageJson.bin), 'the package brings the program').toContain(program)
  const files = staged.filter((file) => new RegExp(hook.files).test(file))
  return flows([...args, ...(hook.pass_filenames === false ? [] : files)], { cwd })
}

const UNTIDY = 'type:   document\nname: A\n'

describe('the hooks for pre-commit', () => {
  test('are installed with npm, which builds the program from the repository', () => {
    expect(hooks.map(({ id, language }) => [id, language])).toEqual([
      ['flows-validate', 'node'],
      ['flows-fmt', 'node'],
    ])
    expect(packageJson.scripts).toHaveProperty('prepare')
  })

  test('flows-validate checks all definitions, whichever are staged', async () => {
    const cwd = aProject({ a: aDefinition('A'), b: 'name: B\ntype: documnet\n' })
    const { code, stderr } = await run('flows-validate', cwd, ['flows/a.yaml'])
    expect(code).toBe(3)
    expect(stderr).toContain('flows/b.yaml:2:7')
    expect(await run('flows-validate', aProject({ a: aDefinition('A') }), ['flows/a.yaml'])).toMatchObject({ code: 0 })
  })

  test('flows-fmt formats the staged definitions and no other file', async () => {
    const cwd = aProject({ a: UNTIDY, 'deep/b': UNTIDY, c: UNTIDY })
    const staged = ['flows/a.yaml', 'flows/deep/b.yaml', 'flows.config.yaml', '.github/workflows/flows.yaml']
    expect(await run('flows-fmt', cwd, staged)).toMatchObject({ code: 0, stdout: 'flows/a.yaml\nflows/deep/b.yaml\n' })
    const read = (file: string) => readFileSync(join(cwd, file), 'utf8')
    // pre-commit fails a commit whose hooks changed a file.
    expect([read('flows/a.yaml') === UNTIDY, read('flows/deep/b.yaml') === UNTIDY]).toEqual([false, false])
    expect(read('flows/c.yaml'), 'what is not staged').toBe(UNTIDY)
    expect(await run('flows-fmt', cwd, staged), 'and then nothing more').toMatchObject({ code: 0, stdout: '' })
  })
})
