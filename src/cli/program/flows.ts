import { version } from './version.js'

// Asked for by scripts and prompts all the time: answered before anything else is loaded.
const [first, ...rest] = process.argv.slice(2)
if (rest.length === 0 && (first === '--version' || first === '-V')) {
  process.stdout.write(`${version}\n`)
} else {
  const { main } = await import('./main.js')
  process.exitCode = await main(process.argv.slice(2))
}
