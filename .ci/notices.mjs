// Writes dist/THIRD-PARTY-NOTICES.txt: the licences of the packages that are bundled into dist/, as they ask for.
// Reads the list of bundled files that esbuild leaves in node_modules/.cache/flows/bundle.json.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const { inputs } = JSON.parse(readFileSync('node_modules/.cache/flows/bundle.json', 'utf8'))
// The compiled validators hold helpers of ajv, bundled a step earlier.
const packages = new Set(['ajv', 'fast-deep-equal'])
for (const file of Object.keys(inputs)) {
  const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]
  if (name !== undefined) packages.add(name)
}
const notices = [...packages].sort().map((name) => {
  const folder = join('node_modules', name)
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one))
  if (file === undefined) throw new Error(`${name} is bundled, but brings no licence text`)
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
})
writeFileSync('dist/THIRD-PARTY-NOTICES.txt', notices.join(`\n${'-'.repeat(80)}\n\n`))
