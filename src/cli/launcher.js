#!/usr/bin/env node
// Copied to dist/flows.js as it is. What it loads is written for the Node that package.json asks for, and an older one
// answers with the line that it cannot read. So this has no import but the last, and nothing that Node 10 does not know.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`flows needs Node.js 20.19 or newer, and this is ${process.version} (${process.execPath}).\n`)
  process.exit(1)
}
void import('./cli.js')
