import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { writeManyDefinitions } from '../helpers/many-definitions.js'
import type { Served } from './serve.js'

export const FLOWS = resolve('dist/flows.js')

/** A project with definitions for the embedded store of its folder and, as `live`, for a service. */
export function makeProject(folder: string, count: number, served?: Served): void {
  mkdirSync(folder, { recursive: true })
  const { url, key } = served ?? { url: 'https://flows.example.com', key: '' }
  const mode = key.startsWith('sk_test_') ? 'test' : 'live'
  const live = `  live: { mode: ${mode}, api: "${url}", api_key_env: KEY }\n`
  writeFileSync(join(folder, 'flows.config.yaml'), `project: bench\nenvironments:\n  local: {}\n${live}`)
  writeManyDefinitions(join(folder, 'flows'), count)
}
