import { describe, expect, test } from 'vitest'
import { statePlace } from '../../src/terraform/state-place.js'
import { aFolder } from '../helpers/cli.js'

/** As "terraform init" keeps what it was told of a backend. */
function initialised(type: string, config: object, more: Readonly<Record<string, string>> = {}): string {
  const backend = { type, config: { ...config, profile: null }, hash: 1 }
  return aFolder({ '.terraform/terraform.tfstate': JSON.stringify({ version: 3, backend }), ...more })
}

const place = (cwd: string, env: Readonly<Record<string, string>> = {}) => statePlace({ cwd, env })

describe('the place of a state', () => {
  test('is the directory, where no backend is set up, or one on this machine', () => {
    const folder = aFolder()
    expect(place(folder)).toMatch(/^[0-9a-f]{16}$/)
    expect(place(folder)).toBe(place(folder))
    expect(place(aFolder())).not.toBe(place(folder))
    const local = { path: 'state/here.tfstate' }
    expect(place(initialised('local', local))).not.toBe(place(initialised('local', local)))
  })

  test('is the backend, wherever it is used from', () => {
    const s3 = { bucket: 'states', key: 'flows.tfstate' }
    expect(place(initialised('s3', s3))).toBe(place(initialised('s3', s3)))
    expect(place(initialised('s3', { ...s3, key: 'other.tfstate' }))).not.toBe(place(initialised('s3', s3)))
    expect(place(initialised('gcs', s3))).not.toBe(place(initialised('s3', s3)))
  })

  test('does not change with the credentials of the backend', () => {
    const s3 = { bucket: 'states', key: 'flows.tfstate' }
    expect(place(initialised('s3', { ...s3, access_key: 'a', secret_key: 'b', token: 'c' }))).toBe(
      place(initialised('s3', { ...s3, access_key: 'd', secret_key: 'e' })),
    )
  })

  test('is another one in each workspace, and follows TF_WORKSPACE and TF_DATA_DIR', () => {
    const s3 = { bucket: 'states' }
    const one = place(initialised('s3', s3))
    const two = place(initialised('s3', s3, { '.terraform/environment': 'staging' }))
    expect(two).not.toBe(one)
    expect(place(initialised('s3', s3), { TF_WORKSPACE: 'staging' })).toBe(two)
    expect(place(initialised('s3', s3, { '.terraform/environment': 'default' }))).toBe(one)
    const backend = JSON.stringify({ backend: { type: 's3', config: s3 } })
    expect(place(aFolder({ 'data/terraform.tfstate': backend }), { TF_DATA_DIR: 'data' })).toBe(one)
  })

  test('is the directory where what "terraform init" keeps cannot be read', () => {
    const folder = aFolder({ '.terraform/terraform.tfstate': 'no JSON' })
    expect(place(folder)).toMatch(/^[0-9a-f]{16}$/)
    expect(place(folder)).not.toBe(place(aFolder()))
  })
})
