import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { aFolder } from './folders.js'
import { git, run } from './run.js'

const UNTIDY = 'type:   document\nname: A\n'

/** A project that nothing is wrong with but its layout. */
function aProject(): string {
  const project = aFolder()
  mkdirSync(join(project, 'flows'))
  writeFileSync(join(project, 'flows.config.yaml'), 'project: p\nenvironments: { local: {} }\n')
  writeFileSync(join(project, 'flows/a.yaml'), UNTIDY)
  return project
}

test('the hooks are installed from the tag of a release and run by pre-commit itself', async () => {
  const project = aProject()
  const { repository, version } = inject('release')
  writeFileSync(
    join(project, '.pre-commit-config.yaml'),
    `repos: [{ repo: "${repository}", rev: v${version}, hooks: [{ id: flows-validate }, { id: flows-fmt }] }]\n`,
  )
  await git(project, 'init', '--quiet')
  await git(project, 'add', '--all')
  const env = { PRE_COMMIT_HOME: aFolder(), XDG_CACHE_HOME: aFolder() }
  await run(project, ['pre-commit', 'install-hooks'], env)
  // A commit whose hooks changed a file is to be looked at again.
  await expect(run(project, ['pre-commit', 'run', '--all-files'], env)).rejects.toThrow(
    'files were modified by this hook',
  )
  expect(readFileSync(join(project, 'flows/a.yaml'), 'utf8')).not.toBe(UNTIDY)
  await git(project, 'add', '--all')
  const said = await run(project, ['pre-commit', 'run', '--all-files'], env)
  expect(said).toMatch(/flows validate\.+Passed\nflows fmt\.+Passed/)
})

// What follows builds what was not released. npm brings the tools for it, but not where the install is a global one, as
// pre-commit has it from 4.6.2 on: Debian's is older, so this is its command by itself.
test('the hooks are installed from any commit, by the command that newer versions of pre-commit give to npm', async () => {
  const prefix = aFolder()
  const address = `git+file://${inject('release').repository}`
  await run(prefix, ['npm', 'install', '--allow-git=root', '--install-links', '-g', address], {
    npm_config_prefix: prefix,
  })
  const project = aProject()
  await run(project, [join(prefix, 'bin/flows'), 'validate'])
  expect(await run(project, [join(prefix, 'bin/flows'), 'fmt', 'flows/a.yaml'])).toBe('flows/a.yaml\n')
})

test('any commit is a dependency with all that the published package has', async () => {
  const { repository, version } = inject('release')
  const app = aFolder()
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true }\n')
  await run(app, ['npm', 'install', '--allow-git=root', `git+file://${repository}`])
  const installed = join(app, 'node_modules/verification-flows')
  expect(await run(app, [join(app, 'node_modules/.bin/flows'), '--version'])).toBe(`${version}\n`)
  expect(readFileSync(join(installed, 'dist/types/src/index.d.ts'), 'utf8')).toContain('export')
  expect(readFileSync(join(installed, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8')).toContain('fastify')
})
