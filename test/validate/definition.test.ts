import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Mode } from '../../src/model/mode.js'
import { checkDefinition } from '../../src/validate/definition.js'
import { faultsOf, readAt, temporaryProject, writeFiles } from '../helpers/temporary-project.js'

function faults(text: string): string[] {
  return faultsOf({ 'flows/a.yaml': text }).map((fault) => fault.replace('flows/a.yaml:', ''))
}

describe('an overlay', () => {
  const body = 'name: A\ntype: document\noptions:\n  document:\n    require_live_capture: true\n'

  test('is a merge patch: null goes back to the default, the rest is added', () => {
    const root = temporaryProject({
      'flows/a.yaml': `${body}metadata: { team: risk, tier: "1" }\nenvironments:\n  live: { options: { document: null, email: { require_verification: true } }, metadata: { tier: null } }\n`,
    })
    const [local, live] = ['local', 'live'].map((name) => readAt(root).desired(name)[0]?.config)
    expect(local).toMatchObject({ options: { document: { require_live_capture: true } }, metadata: { tier: '1' } })
    expect(live?.options.document?.require_live_capture).toBe(false)
    expect(live?.options.email.require_verification).toBe(true)
    expect(live?.metadata).toEqual({ team: 'risk' })
  })

  test('may only be for an environment of the configuration', () => {
    expect(faults(`${body}environments: { lcoal: {}, Live!: {} }\n`)).toEqual([
      '6:17 ENVIRONMENT_UNKNOWN',
      '6:28 ENVIRONMENT_UNKNOWN',
    ])
  })

  test('is told its own faults at its own line, each once', () => {
    const overlay =
      'environments:\n  live:\n    type: documnt\n    nmae: B\n    static_link: { active: on }\n    metadata: { a: 5 }\n'
    expect(faults(body + overlay)).toEqual([
      '8:11 UNKNOWN_VALUE',
      '9:5 UNKNOWN_FIELD',
      '10:28 NOT_A_BOOLEAN',
      '11:20 NOT_A_STRING',
    ])
  })

  test('cannot take away what is required', () => {
    expect(faults(`${body}environments:\n  live: { name: null }\n`)).toEqual(['7:17 WRONG_TYPE'])
  })

  test('is told its faults where the value is one of nothing or something', () => {
    expect(faults(`${body}environments: { live: { options: 5 } }\n`)).toEqual(['6:34 WRONG_TYPE'])
    expect(faults(`${body}environments: { live: { description: 5 } }\n`)).toEqual(['6:38 NOT_A_STRING'])
    expect(faults(`${body}environments: { live: { options: { matching: { dob: exact } } } }\n`)).toEqual([
      '6:53 UNKNOWN_VALUE',
    ])
    expect(faults(`${body}environments: { live: { options: { document: { allowed_types: [pasport] } } } }\n`)).toEqual([
      '6:64 UNKNOWN_DOCUMENT_TYPE',
    ])
    expect(faults(`${body}environments: { live: 5 }\n`)).toEqual(['6:23 WRONG_TYPE'])
  })

  test('that makes the body wrong is told where the body says so', () => {
    expect(faults(`${body}environments: { live: { type: id_number } }\n`)).toEqual(['4:3 OPTION_NOT_ALLOWED'])
    expect(faults(`${body}environments: { live: { type: id_number, options: { document: null } } }\n`)).toEqual([])
  })

  test('does not repeat what it inherits', () => {
    const wrong = 'name: A\ntype: document\nreturn_url: http://example.com\nmetadata: { a: 1 }\n'
    const overlay = 'environments:\n  local: { metadata: { b: x } }\n  live: { protected: true }\n'
    expect(faults(wrong + overlay)).toEqual(['3:13 RETURN_URL_INVALID', '4:16 NOT_A_STRING'])
  })

  test('that sets what was wrong to something else wrong is told too', () => {
    const wrong = 'name: A\ntype: document\nreturn_url: http://example.com\n'
    expect(faults(`${wrong}environments: { live: { return_url: http://example.org } }\n`)).toEqual([
      '3:13 RETURN_URL_INVALID',
      '4:37 RETURN_URL_INVALID',
    ])
  })

  test('counts labels with those of the body', () => {
    const labels = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => `k${from + index}: x`).join(', ')
    const text = `name: A\ntype: document\nmetadata: { ${labels(0, 30)} }\nenvironments:\n  live:\n    metadata: { ${labels(30, 60)} }\n`
    expect(faults(text)).toEqual(['6:15 INVALID_VALUE'])
  })

  test('is not to blame for too many labels in the body', () => {
    const labels = Array.from({ length: 51 }, (_, index) => `k${index}: x`).join(', ')
    const text = `name: A\ntype: document\nmetadata: { ${labels} }\nenvironments: { live: { metadata: { more: x } } }\n`
    expect(faults(text)).toEqual(['3:11 INVALID_VALUE'])
  })

  test('is no place for renames or further overlays', () => {
    expect(faults(`${body}environments: { live: { renamed_from: b, environments: {} } }\n`)).toEqual([
      '6:25 UNKNOWN_FIELD',
      '6:42 UNKNOWN_FIELD',
    ])
  })

  test('named like a member of every object is unknown, not a crash', () => {
    expect(faults(`${body}environments: { __proto__: { name: B }, constructor: {} }\n`)).toEqual([
      '6:17 ENVIRONMENT_UNKNOWN',
      '6:41 ENVIRONMENT_UNKNOWN',
    ])
  })
})

test('a rename from what is no key is an invalid value', () => {
  expect(faults('name: A\ntype: document\nrenamed_from: Not A Key\n')).toEqual(['3:15 INVALID_VALUE'])
})

test('a description may have several lines, a name may not', () => {
  expect(faults('name: |-\n  A\n  B\ntype: document\n')).toEqual(['1:7 CONTROL_CHARACTER'])
  expect(
    faults('name: A\ndescription: |\n  A\n  B\ntype: document\nenvironments: { live: { description: "C\\nD" } }\n'),
  ).toEqual([])
})

describe('a return URL that is http on a private network', () => {
  const PRIVATE = 'http://192.168.1.5:3000/done'
  const flow = (more: string) => `name: A\ntype: document\n${more}`
  const config = (environments: string) => `project: acme-kyc\nenvironments: { ${environments} }\n`
  const api = (name: string, mode: string) =>
    `${name}: { mode: ${mode}, api: "https://flows.example.com", api_key_env: A_KEY }`
  const TEST = config(`local: {}, ${api('qa', 'test')}`)
  const LIVE = config(`local: {}, ${api('eu', 'live')}`)
  const told = (files: { flow: string; config: string }) =>
    readAt(temporaryProject({ 'flows.config.yaml': files.config, 'flows/a.yaml': files.flow }), {
      cache: false,
    }).diagnostics.map(({ at, code, message, hint }) => `${at.line}:${at.column} ${code} ${message} | ${hint}`)
  const IN_LIVE = `RETURN_URL_INVALID "${PRIVATE}" is not encrypted (in environment "eu") | write https:// (in live mode http:// is for localhost only)`

  test('is taken where every environment is test mode', () => {
    expect(told({ config: TEST, flow: flow(`return_url: ${PRIVATE}\n`) })).toEqual([])
    expect(
      told({ config: TEST, flow: flow(`environments: { qa: { return_url: "http://laptop.local/done" } }\n`) }),
    ).toEqual([])
  })

  test('is refused where a live environment takes it from the body, which is named', () => {
    expect(told({ config: LIVE, flow: flow(`return_url: ${PRIVATE}\n`) })).toEqual([`3:13 ${IN_LIVE}`])
    const overlaid = flow(`return_url: ${PRIVATE}\nenvironments: { eu: { protected: true } }\n`)
    expect(told({ config: LIVE, flow: overlaid })).toEqual([`3:13 ${IN_LIVE}`])
  })

  test('is refused where a live overlay says it, which is named', () => {
    const text = flow(`environments: { eu: { return_url: "${PRIVATE}" } }\n`)
    expect(told({ config: LIVE, flow: text })).toEqual([`3:35 ${IN_LIVE}`])
  })

  test.each(['https://example.com/done', 'null'])('is taken for the others where live says %s instead', (instead) => {
    const text = flow(`return_url: ${PRIVATE}\nenvironments: { eu: { return_url: ${instead} } }\n`)
    expect(told({ config: LIVE, flow: text })).toEqual([])
    expect(told({ config: LIVE, flow: flow(`environments: { local: { return_url: "${PRIVATE}" } }\n`) })).toEqual([])
  })

  test('is not what one on a public network is, in either mode', () => {
    const text = flow('return_url: http://example.com\n')
    expect(told({ config: TEST, flow: text })).toEqual([
      '3:13 RETURN_URL_INVALID "http://example.com" is not encrypted | write https:// (in test mode http:// is for localhost and private networks only)',
    ])
    expect(told({ config: LIVE, flow: text })).toEqual([
      '3:13 RETURN_URL_INVALID "http://example.com" is not encrypted | write https:// (in live mode http:// is for localhost only)',
    ])
  })

  test('is judged again when an environment becomes live, whatever is remembered', () => {
    const root = temporaryProject({ 'flows.config.yaml': TEST, 'flows/a.yaml': flow(`return_url: ${PRIVATE}\n`) })
    for (let time = 0; time < 2; time += 1) expect(readAt(root).diagnostics).toEqual([])
    writeFiles(root, { 'flows.config.yaml': TEST.replace('mode: test', 'mode: live') })
    expect(readAt(root).diagnostics.map(({ code }) => code)).toEqual(['RETURN_URL_INVALID'])
    writeFiles(root, { 'flows.config.yaml': TEST })
    expect(readAt(root).diagnostics).toEqual([])
  })

  test('is refused exactly in the live environments that have it, whichever those are', () => {
    const overlay = fc.option(fc.constantFrom(PRIVATE, 'https://example.com', null), { nil: undefined })
    const environment = fc.record({ mode: fc.constantFrom<Mode>('test', 'live'), overlay })
    const address = fc.constantFrom(PRIVATE, 'https://example.com', undefined)
    fc.assert(
      fc.property(fc.array(environment, { minLength: 1, maxLength: 4 }), address, (all, body) => {
        const modes = new Map(all.map(({ mode }, index) => [`e${index}`, mode]))
        const environments = Object.fromEntries(
          all.flatMap((one, index) => (one.overlay === undefined ? [] : [[`e${index}`, { return_url: one.overlay }]])),
        )
        const value = { name: 'A', type: 'document', ...(body !== undefined && { return_url: body }), environments }
        const isWrong = all.some(
          (one) => one.mode === 'live' && (one.overlay === undefined ? body : one.overlay) === PRIVATE,
        )
        expect(checkDefinition(value, modes).length > 0).toBe(isWrong)
      }),
    )
  })
})
