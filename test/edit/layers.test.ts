import { describe, expect, test } from 'vitest'
import { editLayers } from '../../src/edit/edit-layers.js'
import type { FlowConfig } from '../../src/model/flow.js'
import { aConfig } from '../helpers/builders.js'
import { ENVIRONMENTS } from '../helpers/definition-texts.js'
import { type Chain, configOf, edit, layerOf } from '../helpers/layers.js'

const BASE = 'type: document\noptions: { email: { require_verification: true } } # why\nmetadata: { team: risk }\n'
const OWN = 'extends: base/strict.yaml\nname: A\n'
const chain = (others: number, base = BASE, own = OWN): Chain => [
  { file: 'base/strict.yaml', text: base, others },
  { file: 'flows/a.yaml', text: own },
]
const strict = { options: { email: { require_verification: true } }, metadata: { team: 'risk' }, name: 'A' }

describe('a definition that extends a base', () => {
  const one = (chain: Chain, config: FlowConfig) =>
    editLayers(
      { file: 'flows/a.yaml', text: chain[1]?.text ?? '' },
      {
        bases: chain.slice(0, 1).map(({ file, text, others = 0 }) => ({ file, text, others, value: layerOf(text) })),
        variables: { local: { where: 'http://localhost/' } },
      },
      { environment: 'local', environments: new Map([['local', 'test']]), config },
    )

  test('has a value of its base edited there, if no other definition extends that', () => {
    const made = one(chain(0), aConfig({ ...strict, metadata: { team: 'fraud' } }))
    expect(made.bases).toMatchObject([{ file: 'base/strict.yaml', text: BASE.replace('team: risk', 'team: fraud') }])
    expect(made.definition.text).toBe(OWN)
    expect(made.overrides).toEqual([])
  })

  test('says the value itself, if others extend the base, and that is told', () => {
    const made = one(chain(2), aConfig({ ...strict, options: {}, metadata: {} }))
    expect(made.bases).toEqual([])
    expect(made.definition.text).toBe(
      `${OWN}options:\n  email: { require_verification: false }\nmetadata: { team: null }\n`,
    )
    const said = { why: 'shared', file: 'base/strict.yaml', others: 2 }
    expect(made.overrides).toEqual([
      { path: '/options/email/require_verification', ...said },
      { path: '/metadata/team', ...said },
    ])
  })

  test('no longer says what its base says again', () => {
    const own = `${OWN}options:\n  email: { require_verification: false }\n`
    expect(one(chain(2, BASE, own), aConfig(strict)).definition.text).toBe(OWN)
  })

  test('a value that comes from a variable is written out, and the variable is named', () => {
    const own = 'name: A\ntype: document\nreturn_url: { variable: where } # per place\n'
    const made = one(
      [
        { file: 'base/strict.yaml', text: BASE, others: 0 },
        { file: 'flows/a.yaml', text: own },
      ],
      aConfig({ name: 'A', return_url: 'https://example.com/' }),
    )
    expect(made.definition.text).toBe('name: A\ntype: document\nreturn_url: https://example.com/ # per place\n')
    expect(made.overrides).toEqual([{ path: '/return_url', why: 'variable', variable: 'where' }])
  })

  test('what a base says for one environment is overridden for that environment', () => {
    const base = `${BASE}environments:\n  live: { protected: true }\n`
    const made = edit(chain(1, base), 'live', aConfig({ ...strict, protected: false }))
    expect(made.definition.text).toBe(`${OWN}environments:\n  live:\n    protected: false\n`)
  })

  test('a type that overlays of a base hid is said in an overlay, and the body keeps what others take from it', () => {
    const overlays = ENVIRONMENTS.map((name) => `  ${name}: { type: document }\n`).join('')
    const base = `type: document\noptions: { document: { require_matching_selfie: true } }\nenvironments:\n${overlays}`
    const before = chain(1, base, `${OWN}type: id_number\n`)
    const made = edit(before, 'local', aConfig({ name: 'A', type: 'id_number' }))
    expect(configOf(made.after, 'local').type).toBe('id_number')
    for (const name of ENVIRONMENTS.filter((other) => other !== 'local')) {
      expect(configOf(made.after, name)).toEqual(configOf(before, name))
    }
  })
})
