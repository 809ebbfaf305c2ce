// npm runs this as "prepare": after `npm ci` here, and where the repository itself is installed as a package, which
// `npm install git+https://...` and pre-commit do. npm then promises the devDependencies, but with `--global`, as pre-commit
// has it, the install that should bring them is a global one too, and they are missing: this brings them.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const { npm_execpath: runner, npm_config_global: _, ...env } = process.env
const hasTools = existsSync('node_modules/esbuild')
// npm's own mark for the install that prepares a git dependency.
const isGitDependency = env._PACOTE_NO_PREPARE_ !== undefined

if (!hasTools)
  npm('ci', '--no-global', '--include=dev', '--include=optional', '--ignore-scripts', '--no-audit', '--no-fund')
// Types and licences are in what is published, and so in what is installed from git.
if (!hasTools || isGitDependency) npm('run', '--silent', 'build')
else for (const script of ['generate', 'bundle']) npm('run', '--silent', script)

/** Runs npm: the one that runs this, where that is npm. Its own scripts are not to do again what this does. */
function npm(...args) {
  const [file, ...before] = /npm-cli\.js$/.test(runner ?? '') ? [process.execPath, runner] : ['npm']
  execFileSync(file, [...before, ...args], {
    env,
    stdio: 'inherit',
    shell: file === 'npm' && process.platform === 'win32',
  })
}
