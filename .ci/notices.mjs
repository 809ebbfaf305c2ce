// Writes the licences of the packages that are bundled, as they ask for: dist/THIRD-PARTY-NOTICES.txt, and again in
// dist/terraform/, which is copied by itself. Reads the lists of files that esbuild leaves in node_modules/.cache/flows/.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// The compiled validators hold helpers of ajv, bundled a step earlier.
const VALIDATORS = ['ajv', 'fast-deep-equal']
const provider = packagesIn('terraform.json')
write('dist', [...packagesIn('bundle.json'), ...provider])
write('dist/terraform', provider)

function packagesIn(list) {
  const { inputs } = JSON.parse(readFileSync(join('node_modules/.cache/flows', list), 'utf8'))
  const names = Object.keys(inputs).map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1])
  return [...VALIDATORS, ...names.filter((name) => name !== undefined)]
}

function write(folder, packages) {
  const notices = [...new Set(packages)].sort().map(notice)
  writeFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), notices.join(`\n${'-'.repeat(80)}\n\n`))
}

function notice(name) {
  const folder = join('node_modules', name)
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one))
  if (file === undefined) throw new Error(`${name} is bundled, but brings no licence text`)
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
}
