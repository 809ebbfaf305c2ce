// Makes the commit that the tags of a release name, and prints its id: it holds what the tarball holds, already built.
// Installed from git it needs no tools for development, and runs no script; pre-commit and the action take it as well. It
// has no parent, for it has no workflows, which a job may not change. Moves no branch, and publishes nothing.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [tarball] = process.argv.slice(2)
if (tarball === undefined) throw new Error('node .ci/release-commit.mjs <tarball>')
const scratch = mkdtempSync(join(tmpdir(), 'flows-release-commit-'))
try {
  const tree = join(scratch, 'package')
  execFileSync('tar', ['-xzf', tarball, '-C', scratch])
  copyFileSync('.pre-commit-hooks.yaml', join(tree, '.pre-commit-hooks.yaml'))
  const file = join(tree, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  // Package managers would bring the tools, and run the scripts, to build what is built. And all of it is the package: of
  // what "files" names, Yarn leaves out the folders below src/.
  for (const name of ['scripts', 'devDependencies', 'overrides', 'allowScripts', 'files']) delete manifest[name]
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`)

  const [source, date] = git({}, 'show', '--no-patch', '--format=%H %cI', 'HEAD').split(' ')
  // Made again, it is the same commit.
  const env = { GIT_INDEX_FILE: join(scratch, 'index'), GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }
  // dist/ is among what .gitignore leaves out.
  git(env, '--work-tree', tree, 'add', '--force', '--all', '.')
  console.log(
    git(env, 'commit-tree', git(env, 'write-tree'), '-m', `Version ${manifest.version}, built from ${source}`),
  )
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

function git(env, ...args) {
  return execFileSync('git', args, { env: { ...process.env, ...env }, encoding: 'utf8' }).trim()
}
