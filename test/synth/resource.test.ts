import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalise, withoutDefaults } from '../../src/model/flow.js'
import { addressOf, labelOf, resourceOf } from '../../src/synth/resource.js'
import { flowConfig, KEYS } from '../helpers/arbitraries.js'
import { aConfig } from '../helpers/builders.js'

describe('the resource of a flow', () => {
  test('has what differs from the defaults, in the order of a definition', () => {
    const config = aConfig({
      name: 'High value',
      protected: true,
      options: { document: { allowed_types: ['passport'], require_live_capture: true }, email: {} },
      metadata: { team: 'risk' },
    })
    expect(JSON.stringify(resourceOf('high-value', config))).toBe(
      JSON.stringify({
        key: 'high-value',
        name: 'High value',
        type: 'document',
        options: { document: { allowed_types: ['passport'], require_live_capture: true } },
        metadata: { team: 'risk' },
        protected: true,
      }),
    )
  })

  test('a flow of nothing but defaults has key, name and type', () => {
    expect(resourceOf('a', aConfig())).toEqual({ key: 'a', name: 'Flow', type: 'document' })
  })

  test('text that would begin an expression of Terraform is text', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a template of Terraform's
    const { name, metadata } = resourceOf('a', aConfig({ name: '${var.x} %{if} $ {', metadata: { 'a${b}': '%{c}' } }))
    expect(name).toBe('$${var.x} %%{if} $ {')
    expect(metadata).toEqual({ 'a$${b}': '%%{c}' })
  })

  test('a byte order mark at the start of a text, which Terraform would drop, is an expression', () => {
    const { metadata } = resourceOf('a', aConfig({ metadata: { '\ufeffa': '\ufeff\ufeffb\ufeff' } }))
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a template of Terraform's
    expect(metadata).toEqual({ '${"\\ufeff"}a': '${"\\ufeff"}\ufeffb\ufeff' })
  })

  test('nothing is lost: the same body comes back, for every configuration', () => {
    fc.assert(
      fc.property(flowConfig, (config) => {
        expect(normalise(withoutDefaults(config))).toEqual(config)
      }),
    )
  })
})

describe('the name of a resource', () => {
  test('is the key, with an underscore where it would begin with a digit', () => {
    expect(labelOf('high-value')).toBe('high-value')
    expect(labelOf('3-days')).toBe('_3-days')
    expect(addressOf('3-days', 'flows_')).toBe('flows_verification_flow.flows_3-days')
  })

  test('no two keys share one', () => {
    const keys = [...KEYS, '1', '11', '1-1', 'a', 'a-1', 'a_1']
    expect(new Set(keys.map((key) => labelOf(key))).size).toBe(keys.length)
  })
})
