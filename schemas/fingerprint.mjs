import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The files that decide what reading definitions and planning them come to; a test holds the list against the imports. */
export function fingerprintFiles() {
  const folders = FOLDERS.flatMap((path) => namesIn(path, '.ts').map((name) => `${path}/${name}`))
  const schemas = namesIn('schemas', '.schema.json').map((name) => `schemas/${name}`)
  const useCases = ['failure', 'plan', 'reach'].map((name) => `src/app/${name}.ts`)
  return [...schemas, ...folders, ...useCases].sort()
}

const FOLDERS = [
  'app/project',
  'files',
  'load',
  'load/cache',
  'model',
  'model/bound',
  'plan',
  'policy',
  'text',
  'validate',
].map((folder) => `src/${folder}`)

/**
 * What a cached result depends on, besides the definitions: version, schemas, and the code itself, so that no result
 * outlives a change of the rules, released or not.
 */
export function fingerprint() {
  const hash = createHash('sha256')
  const { version, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  hash.update(
    JSON.stringify([version, devDependencies.yaml, devDependencies.ajv, devDependencies['@marcbachmann/cel-js']]),
  )
  for (const path of fingerprintFiles()) hash.update(path).update(readFileSync(join(root, path)))
  return hash.digest('hex')
}

function namesIn(folder, ending) {
  return readdirSync(join(root, folder)).filter((name) => name.endsWith(ending))
}
