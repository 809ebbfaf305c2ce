import { describe, expect, test } from 'vitest'
import { editDefinition } from '../../src/edit/edit-definition.js'
import { canonicalJson } from '../../src/model/canonical.js'
import { configIn } from '../../src/model/flow.js'
import { aConfig } from '../helpers/builders.js'
import { ALONE, MODES } from '../helpers/definition-texts.js'
import { brief, faultsOf, readAt, temporaryProject } from '../helpers/temporary-project.js'

const CONFIG = `project: acme-kyc
environments:
  local: {}
  test: { api: https://flows.example.com, api_key_env: FLOWS_TEST_KEY }
  live: { mode: live, api: https://flows.example.com, api_key_env: FLOWS_LIVE_KEY }
`
const BODY = 'name: A\ntype: document\n'
const BOUND = `${BODY}stripe_flow: { test: vf_1Test, live: vf_1Live }\n`

function projectOf(files: Readonly<Record<string, string>>): string {
  return temporaryProject({ 'flows.config.yaml': CONFIG, ...files })
}

describe('a definition that is bound to a flow at Stripe', () => {
  test('has the id of the mode in each environment; an overlay replaces it, or takes it away', () => {
    const definition = {
      name: 'A',
      type: 'document' as const,
      stripe_flow: { test: 'vf_1Test', live: 'vf_1Live' },
      environments: { local: { stripe_flow: null }, live: { stripe_flow: { live: 'vf_2Live' } } },
    }
    const ids = ['local', 'test', 'live'].map((name) => configIn(definition, name, ALONE).stripe_flow)
    expect(ids).toEqual([undefined, 'vf_1Test', 'vf_2Live'])
  })

  test('differs from one that is not bound only by that; such a one keeps the digest that it had before', () => {
    expect(aConfig({ stripe_flow: 'vf_1' })).toEqual({ ...aConfig(), stripe_flow: 'vf_1' })
    expect(canonicalJson(aConfig())).not.toContain('stripe_flow')
  })

  test('says the line of the id of the mode', () => {
    const text = `${BODY}stripe_flow:\n  test: vf_1Test\n  live: vf_1Live\n`
    const project = readAt(projectOf({ 'flows/a.yaml': text }))
    expect(project.locate('flows/a.yaml', 'test', '/stripe_flow')).toMatchObject({ line: 4 })
    expect(project.locate('flows/a.yaml', 'live', '/stripe_flow')).toMatchObject({ line: 5 })
  })

  test.each([
    ['live', 'vf_9', `${BODY}stripe_flow: { test: vf_1Test, live: vf_9 }\n`],
    ['live', undefined, `${BODY}stripe_flow: { test: vf_1Test }\n`],
    ['test', 'vf_9', `${BOUND}environments:\n  test:\n    stripe_flow: { test: vf_9 }\n`],
  ])('is edited where it says the id: in %s %s', (environment, id, expected) => {
    const config = aConfig({ name: 'A', ...(id !== undefined && { stripe_flow: id }) })
    const edited = editDefinition({ file: 'a.yaml', text: BOUND }, { environment, environments: MODES, config })
    expect(edited).toBe(expected)
  })

  test.each([
    ['of a flow here', 'stripe_flow: vf_1', 'flows/a.yaml:3:14 WRONG_TYPE'],
    ['that is not one', 'stripe_flow: { live: pi_1 }', 'flows/a.yaml:3:22 INVALID_VALUE'],
    ['of no mode', 'stripe_flow: {}', 'flows/a.yaml:3:14 INVALID_VALUE'],
    ['of another mode', 'stripe_flow: { production: vf_1 }', 'flows/a.yaml:3:16 UNKNOWN_FIELD'],
  ])('takes no id %s', (_, line, fault) => {
    expect(faultsOf({ 'flows.config.yaml': CONFIG, 'flows/a.yaml': `${BODY}${line}\n` })).toEqual([fault])
  })
})

describe('two definitions that are bound to one flow at Stripe', () => {
  test('are a fault at both places', () => {
    const files = {
      'flows/a.yaml': BOUND,
      'flows/b.yaml': `${BODY}environments:\n  live: { stripe_flow: { live: vf_1Live } }\n`,
    }
    const faults = readAt(projectOf(files), { cache: false }).diagnostics
    expect(faults.map(brief)).toEqual(['flows/a.yaml:3:38 STRIPE_FLOW_TWICE', 'flows/b.yaml:4:32 STRIPE_FLOW_TWICE'])
    expect(faults.map(({ related }) => related?.map(({ file, line }) => [file, line]))).toEqual([
      [['flows/b.yaml', 4]],
      [['flows/a.yaml', 3]],
    ])
  })

  test('also through a base, at what extends it', () => {
    const files = {
      'base/strict.yaml': 'stripe_flow: { live: vf_1Live }\n',
      'flows/a.yaml': `extends: base/strict.yaml\n${BODY}`,
      'flows/b.yaml': `extends: base/strict.yaml\n${BODY}`,
      'flows/c.yaml': `extends: base/strict.yaml\n${BODY}stripe_flow: { live: null, test: vf_1Live }\n`,
    }
    expect(faultsOf({ 'flows.config.yaml': CONFIG, ...files })).toEqual([
      'flows/a.yaml:1:10 STRIPE_FLOW_TWICE',
      'flows/b.yaml:1:10 STRIPE_FLOW_TWICE',
    ])
  })

  test('are no fault in two environments of different modes', () => {
    const files = {
      'flows/a.yaml': `${BODY}stripe_flow: { test: vf_1 }\n`,
      'flows/b.yaml': `${BODY}stripe_flow: { live: vf_1 }\n`,
    }
    expect(readAt(projectOf(files), { cache: false }).diagnostics).toEqual([])
  })
})
