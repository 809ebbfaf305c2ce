import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { aCopyOfThisRepository, aFolder, commitAll, run } from './commands.js'

const UNTIDY = 'type:   document\nname: A\n'

/** A project that nothing is wrong with but its layout. */
function aProject(): string {
  const project = aFolder()
  mkdirSync(join(project, 'flows'))
  writeFileSync(join(project, 'flows.config.yaml'), 'project: p\nenvironments: { local: {} }\n')
  writeFileSync(join(project, 'flows/a.yaml'), UNTIDY)
  return project
}

test('the hooks are installed and run by pre-commit itself', async () => {
  const project = aProject()
  const hooks = await aCopyOfThisRepository()
  const revision = (await run(hooks, ['git', 'rev-parse', 'HEAD'])).trim()
  writeFileSync(
    join(project, '.pre-commit-config.yaml'),
    `repos: [{ repo: "${hooks}", rev: ${revision}, hooks: [{ id: flows-validate }, { id: flows-fmt }] }]\n`,
  )
  await commitAll(project)
  const env = { PRE_COMMIT_HOME: aFolder(), XDG_CACHE_HOME: aFolder() }
  await run(project, ['pre-commit', 'install-hooks'], env)
  // A commit whose hooks changed a file is to be looked at again.
  await expect(run(project, ['pre-commit', 'run', '--all-files'], env)).rejects.toThrow(
    'files were modified by this hook',
  )
  expect(readFileSync(join(project, 'flows/a.yaml'), 'utf8')).not.toBe(UNTIDY)
  await run(project, ['git', 'add', '--all'])
  const said = await run(project, ['pre-commit', 'run', '--all-files'], env)
  expect(said).toMatch(/flows validate\.+Passed\nflows fmt\.+Passed/)
})

// From 4.6.2 on pre-commit has npm install from the clone. Debian's is older, so this is its command by itself. It builds
// everything once more, as the next test does: only where all is asked for.
if (process.env.FLOWS_TEST_STORIES === 'all') {
  test('the hooks are installed by the command that newer versions of pre-commit give to npm', async () => {
    const hooks = await aCopyOfThisRepository()
    const prefix = aFolder()
    await run(hooks, ['npm', 'install', '--allow-git=root', '--install-links', '-g', `git+file://${hooks}`], {
      npm_config_prefix: prefix,
    })
    const project = aProject()
    await run(project, [join(prefix, 'bin/flows'), 'validate'])
    expect(await run(project, [join(prefix, 'bin/flows'), 'fmt', 'flows/a.yaml'])).toBe('flows/a.yaml\n')
  })
}

test('the repository is a dependency with all that the published package has', async () => {
  const repository = await aCopyOfThisRepository()
  const app = aFolder()
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true }\n')
  await run(app, ['npm', 'install', '--allow-git=root', `git+file://${repository}`])
  const installed = join(app, 'node_modules/verification-flows')
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  expect(await run(app, [join(app, 'node_modules/.bin/flows'), '--version'])).toBe(`${version}\n`)
  expect(readFileSync(join(installed, 'dist/types/src/index.d.ts'), 'utf8')).toContain('export')
  expect(readFileSync(join(installed, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8')).toContain('fastify')
})
