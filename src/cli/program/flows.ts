import { leaveLittleGarbage } from './little-garbage.js'
import { version } from './version.js'

// Scripts and prompts ask for this all the time, so answer before loading anything else.
const [first, ...rest] = process.argv.slice(2)
if (rest.length === 0 && (first === '--version' || first === '-V')) {
  process.stdout.write(`${version}\n`)
} else {
  if (![first, ...rest].includes('serve')) leaveLittleGarbage()
  const { main } = await import('./main.js')
  process.exitCode = await main(process.argv.slice(2))
}
