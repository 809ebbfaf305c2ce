// Writes the licences of the packages that are bundled, as they ask for: dist/THIRD-PARTY-NOTICES.txt, and again in
// dist/terraform/, which is copied by itself. Reads the lists of files that esbuild leaves in node_modules/.cache/flows/.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// The compiled validators hold helpers of ajv, bundled a step earlier.
const VALIDATORS = ['node_modules/ajv', 'node_modules/fast-deep-equal']
// The style sheet and the script of the dashboard.
const ASSETS = ['node_modules/@tabler/core', 'node_modules/htmx.org']
// The package of a bundled file: the innermost one, since npm puts a second version below the package that asks for it.
const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/
// Some packages have their licence in no file of its own.
const LICENCE_SECTION = /^#+\s*licen[cs]e\s*$(.*)/ims
const provider = packagesIn('terraform.json')
write('dist', [...packagesIn('bundle.json'), ...ASSETS, ...provider])
write('dist/terraform', provider)

function packagesIn(list) {
  const { inputs } = JSON.parse(readFileSync(join('node_modules/.cache/flows', list), 'utf8'))
  const folders = Object.keys(inputs).map((file) => PACKAGE.exec(file)?.[0])
  return [...VALIDATORS, ...folders.filter((folder) => folder !== undefined)]
}

function write(folder, packages) {
  const notices = packages.map(notice).sort()
  writeFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), [...new Set(notices)].join(`\n${'-'.repeat(80)}\n\n`))
}

function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const text = textOf(folder, /^licen[cs]e/i) ?? LICENCE_SECTION.exec(textOf(folder, /^readme/i) ?? '')?.[1]
  if (text === undefined) throw new Error(`${name} is bundled, but brings no licence text`)
  return `${name} ${version} (${license})\n\n${text.trim()}\n`
}

function textOf(folder, pattern) {
  const file = readdirSync(folder).find((one) => pattern.test(one))
  return file === undefined ? undefined : readFileSync(join(folder, file), 'utf8')
}
