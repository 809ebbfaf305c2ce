import { describe, expect, test } from 'vitest'
import { compileExpression, type Unknown, type Values } from '../../src/policy/expression.js'
import { aConfig } from '../helpers/builders.js'
import { cpuTimer } from '../helpers/cpu-time.js'

const NEW: Values = {
  flow: aConfig({ metadata: { tier: 'high' } }),
  key: 'a',
  environment: 'live',
  livemode: true,
  action: 'create',
  before: null,
  assurance: { effect: 'neutral', exposes_link: false, breaks_callers: false },
  sessions_last_30_days: 3n,
}

function outcome(text: string, values: Partial<Values> = {}): boolean | Unknown {
  const compiled = compileExpression(text)
  if ('faults' in compiled) throw new Error(JSON.stringify(compiled.faults))
  return compiled.expression.evaluate({ ...NEW, ...values })
}

/** "CODE at offset": wording may change. */
function faults(text: string): string[] {
  const compiled = compileExpression(text)
  return 'faults' in compiled ? compiled.faults.map(({ code, offset }) => `${code} at ${offset}`) : []
}

function hint(text: string): string | undefined {
  const compiled = compileExpression(text)
  return 'faults' in compiled ? compiled.faults[0]?.hint : undefined
}

describe('an expression', () => {
  test.each([
    ['flow.metadata.tier == "high"', true],
    ['"tier" in flow.metadata', true],
    ['"team" in flow.metadata && flow.metadata.team == "risk"', false],
    ['has(flow.metadata.team)', false],
    ['flow.return_url == null', true],
    ['before == null || before.protected', true],
    ['flow.options.document.allowed_types.all(t, t in ["passport", "id_card"])', false],
    ['flow.options.document.allowed_types.exists(t, t == "passport")', true],
    ['size(flow.options.document.allowed_types) == 3', true],
    ['flow.metadata.filter(name, name.startsWith("t")).size() == 1', true],
    ['sessions_last_30_days > 2 && livemode && environment == "live" && key == "a"', true],
    ['action == "create" ? assurance.effect == "neutral" : false', true],
    ['!assurance.exposes_link && !assurance.breaks_callers', true],
  ])('%s', (text, expected) => {
    expect(outcome(text)).toBe(expected)
  })

  test('a flow of type id_number has no document, which has() can ask', () => {
    const flow = aConfig({ type: 'id_number' })
    expect(outcome('has(flow.options.document)', { flow })).toBe(false)
    expect(outcome('flow.options.document.require_live_capture', { flow })).toMatchObject({
      because: expect.stringContaining('document'),
    })
  })

  test('the outcome does not hang on which side of || cannot be judged', () => {
    expect(outcome('flow.metadata.team == "x" || true')).toBe(true)
    expect(outcome('true || flow.metadata.team == "x"')).toBe(true)
  })

  test.each([
    ['flow.metadata.team == "risk"', 'team'],
    ['flow.return_url.startsWith("https://")', 'null'],
    ['before.protected', 'protected'],
    ['1 / (sessions_last_30_days - 3) == 1', 'zero'],
  ])('%s of a flow without it is neither true nor false, and says why', (text, why) => {
    expect(outcome(text)).toMatchObject({ because: expect.stringContaining(why) })
  })

  test('reaches nothing but its values', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      expect(faults(`has(flow.${name})`), name).not.toEqual([])
      expect(outcome(`"${name}" in flow.metadata`), name).toBe(false)
    }
    for (const name of ['process', 'globalThis', 'require', 'console']) {
      expect(faults(`${name} == 1`), name).toEqual(['EXPRESSION_TYPE at 0'])
    }
  })
})

describe('what is wrong is told before anything is judged, at its place', () => {
  test.each([
    ['(flow.protected', 'EXPRESSION_SYNTAX at 15'],
    ['flow.name == "a', 'EXPRESSION_SYNTAX at 13'],
    ['flow.protected and true', 'EXPRESSION_SYNTAX at 15'],
    ['flow.options.document.require_live_captur', 'EXPRESSION_TYPE at 22'],
    ['has(flow.option.document)', 'EXPRESSION_TYPE at 9'],
    ['before != null && before.nam == "x"', 'EXPRESSION_TYPE at 25'],
    ['flow["options"]["documents"] == null', 'EXPRESSION_TYPE at 16'],
    ['flw.protected', 'EXPRESSION_TYPE at 0'],
    ['flow.protected == "yes"', 'EXPRESSION_TYPE at 0'],
    ['flow.name', 'EXPRESSION_TYPE at 0'],
    ['flow.name.startsWith(1)', 'EXPRESSION_TYPE at 0'],
    ['true && flow.name.matches("^x")', 'EXPRESSION_TYPE at 18'],
    ['livemode || now() == 1', 'EXPRESSION_TYPE at 12'],
  ])('%s', (text, expected) => {
    expect(faults(text)).toEqual([expected])
  })

  test('all unknown names at once', () => {
    expect(faults('flow.nam == "a" && flow.typ == "b"')).toEqual(['EXPRESSION_TYPE at 5', 'EXPRESSION_TYPE at 24'])
  })

  test.each([
    ['flow.options.document.require_live_captur', 'did you mean "require_live_capture"?'],
    ['flw.protected', 'did you mean "flow"?'],
    ['flow.name.startWith("a")', 'did you mean "startsWith"?'],
  ])('%s: %s', (text, expected) => {
    expect(hint(text)).toBe(expected)
  })
})

describe('no expression is slow', () => {
  const list = `[${Array(60).fill('1').join(',')}]`

  test.each([
    ['a thousand operators', Array(1000).fill('true').join('&&')],
    ['a deep nest', `${'('.repeat(500)}true${')'.repeat(500)}`],
    ['a long list', `size([${Array(200).fill('1').join(',')}]) > 0`],
    ['loops in loops in loops', `${list}.all(a, ${list}.all(b, ${list}.all(c, true)))`],
    ['texts that double', 'cel.bind(a, "xx", cel.bind(b, a + a, b + b == ""))'],
    ['lists of lists', '[1].map(x, [x, x]).size() > 0'],
    ['a regular expression that backtracks', 'flow.name.matches("(a+)+$")'],
  ])('%s: refused', (_, text) => {
    expect(faults(text)).not.toEqual([])
  })

  test('the worst that is permitted takes a moment', () => {
    const half = `[${Array(60).fill('1').join(',')}]`
    const text = `${half}.all(a, ${half}.all(b, a == b && flow.name != key && size(flow.metadata) > 0 && flow.name.contains(key)))`
    const spent = cpuTimer()
    for (let flow = 0; flow < 10; flow++) expect(outcome(text, { flow: aConfig({ name: 'b' }) })).toBe(false)
    expect(spent()).toBeLessThan(2_000)
  })
})
