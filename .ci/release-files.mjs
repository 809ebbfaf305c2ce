// Makes what a release consists of, into a folder: the tarball, its SBOM, checksums of both, and the notes. Publishes nothing.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder = 'release'] = process.argv.slice(2)
const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'))
mkdirSync(folder, { recursive: true })

// Builds it, too. Pre-commit and others read the name from what it prints, so it is not told to be silent: any other word
// would make this fail.
const tarball = npm('pack', '--pack-destination', folder).trim()
const sbom = `${name}-${version}.cdx.json`
writeFileSync(join(folder, sbom), `${JSON.stringify(billOfMaterials(), null, 2)}\n`)
const sums = [tarball, sbom].map((file) => `${digestOf(file, 'sha256', 'hex')}  ${file}\n`)
writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''))
const integrity = `sha512-${digestOf(tarball, 'sha512', 'base64')}`
writeFileSync(
  join(folder, 'notes.md'),
  `${changes()}\n\nThe integrity of ${tarball}, as lock files have it:\n\n    ${integrity}\n`,
)

/**
 * What npm says of the packages that are in the bundles. Npm itself would leave all of them out: they are packages for
 * development, since whoever installs this installs none of them.
 */
function billOfMaterials() {
  const notices = readFileSync('dist/THIRD-PARTY-NOTICES.txt', 'utf8')
  const bundled = new Set([...notices.matchAll(/^(\S+) (\d+\.\S+) \(.*\)$/gm)].map(([, of, at]) => `${of}@${at}`))
  const whole = JSON.parse(npm('sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'))
  const components = whole.components
    .filter(({ 'bom-ref': ref }) => bundled.has(ref))
    .map(({ properties: _, ...component }) => component)
  const missing = [...bundled].filter((ref) => !components.some((component) => component['bom-ref'] === ref))
  if (missing.length > 0) throw new Error(`bundled, and not in the lock file: ${missing.join(', ')}`)
  const own = { ...whole.metadata.component, name }
  const refs = components.map((component) => component['bom-ref'])
  return {
    ...whole,
    metadata: { ...whole.metadata, component: own },
    components,
    dependencies: [{ ref: own['bom-ref'], dependsOn: refs }, ...refs.map((ref) => ({ ref, dependsOn: [] }))],
  }
}

/** What CHANGELOG.md says of this version. */
function changes() {
  const [, section] = new RegExp(
    `^## ${version.replaceAll('.', '\\.')}(?: .*)?\\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`,
    'm',
  ).exec(readFileSync('CHANGELOG.md', 'utf8')) ?? [undefined, '']
  if (section.trim() === '') throw new Error(`CHANGELOG.md says nothing of ${version}`)
  return section.trim()
}

function digestOf(file, algorithm, encoding) {
  return createHash(algorithm)
    .update(readFileSync(join(folder, file)))
    .digest(encoding)
}

function npm(...args) {
  return execFileSync('npm', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 26 })
}
