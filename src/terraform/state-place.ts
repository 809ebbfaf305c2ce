import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { digestOf } from '../model/canonical.js'
import { isObject } from '../model/json.js'
import type { ProviderOptions } from './options.js'

/** What says who may read a backend, not which one it is, and changes from day to day. */
const CREDENTIAL = /secret|token|password|credential|access_key/i

/**
 * Names the place where Terraform keeps the state that this process works for: its backend, else this directory, and the
 * workspace. So what an apply that was cut short left behind is known for its own by the next one. A digest, because a
 * backend's settings are nobody else's business.
 */
export function statePlace({ env, cwd }: Pick<ProviderOptions, 'env' | 'cwd'>): string {
  const data = resolve(cwd, env.TF_DATA_DIR || '.terraform')
  const workspace = env.TF_WORKSPACE || read(join(data, 'environment'))?.trim() || 'default'
  return digestOf([backendOf(data) ?? resolve(cwd), workspace]).slice(0, 16)
}

/** Undefined for a state that lies in this directory, or is found from it. */
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
