import { execFileSync } from 'node:child_process'

/** Builds the program once before the tests: commands are tested as users run them. */
export default function setup(): void {
  for (const script of ['generate', 'bundle']) {
    execFileSync('npm', ['run', '--silent', script], { stdio: 'inherit', shell: process.platform === 'win32' })
  }
}
