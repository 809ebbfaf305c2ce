import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { digestOf } from '../model/canonical.js'
import { isObject } from '../model/json.js'
import type { ProviderOptions } from './options.js'

/** Settings that grant access to a backend, do not identify it, and change often. */
const CREDENTIAL = /secret|token|password|credential|access_key/i

/**
 * Names the place of the state that this process works for: its backend or else this directory, and the workspace. So
 * the next apply recognises what an interrupted one left behind. A digest, to keep the backend's settings private.
 */
export function statePlace({ env, cwd }: Pick<ProviderOptions, 'env' | 'cwd'>): string {
  const data = resolve(cwd, env.TF_DATA_DIR || '.terraform')
  const workspace = env.TF_WORKSPACE || read(join(data, 'environment'))?.trim() || 'default'
  return digestOf([backendOf(data) ?? resolve(cwd), workspace]).slice(0, 16)
}

/** Undefined for a state in this directory, or found from it. */
function backendOf(data: string): unknown {
  const text = read(join(data, 'terraform.tfstate'))
  const backend = text === undefined ? undefined : parse(text)?.backend
  if (!isObject(backend) || !isObject(backend.config) || backend.type === 'local') return undefined
  const said = Object.entries(backend.config).filter(([name, value]) => value !== null && !CREDENTIAL.test(name))
  return [backend.type, Object.fromEntries(said)]
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
