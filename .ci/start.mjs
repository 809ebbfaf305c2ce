// What is started of the program and of the provider: asks for a Node that is new enough, and loads the rest, which is
// written for that one. An older Node would answer with the line that it cannot read, all 75 kB of it. So there is no import
// but the last, and nothing that Node 10 does not know.
import { readFileSync } from 'node:fs'

/** @param say prints the text `message` where whoever starts it looks @param main what to load */
export function startText({ say, message, main }) {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8'))
  const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(engines.node)
  return `const [major, minor] = process.versions.node.split('.').map(Number)
if (major < ${major} || (major === ${major} && minor < ${minor})) {
  const message = ${message(`Node.js ${major}.${minor} or newer`)}
  ${say}
  process.exit(1)
}
void import('${main}')
`
}
