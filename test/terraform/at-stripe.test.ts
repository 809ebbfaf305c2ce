import { afterAll, expect, test } from 'vitest'
import { UNKNOWN } from '../../src/terraform/wire/value.js'
import { served } from '../service/serving.js'
import { StripeStandIn } from '../stripe/stand-in.js'
import { stripeAt } from '../verifier/stripe-setting.js'
import { aServiceSite, resource, Terraform, texts } from './providers.js'

const standIn = await StripeStandIn.start()
afterAll(() => standIn.close())

const PHONE = { phone: { require_verification: true } }
const MEMORY = new Uint8Array()

async function aPlace() {
  const site = aServiceSite(await served({ verifiers: [await stripeAt(standIn)] }))
  const probe = async () => {
    const writer = await site.remote.writer()
    await writer.probeFlow('a').finally(() => writer.close())
  }
  return { site, probe, terraform: new Terraform(site) }
}

test('a check that Stripe has no parameter for is refused when it is planned, by name and at its place', async () => {
  const { terraform } = await aPlace()
  const refused = [
    expect.stringMatching(
      /^error at options\.phone\.require_verification: "a" asks for the phone check, which stripe cannot run.*Name a flow in the Dashboard/s,
    ),
  ]
  const options = { document: { require_matching_selfie: true }, ...PHONE }
  expect(texts((await terraform.plan({ key: 'a', options })).diagnostics)).toEqual(refused)
  const state = await terraform.apply({ key: 'a' })
  expect(texts((await terraform.plan({ key: 'a', options }, state)).diagnostics)).toEqual(refused)
  // What is not known yet is refused by nobody.
  expect((await terraform.plan({ key: 'a', options, stripe_flow: UNKNOWN }, state)).diagnostics).toEqual([])
})

test('what is to be edited at Stripe is warned of at every plan and apply, until a session shows that it was made', async () => {
  const { terraform, probe } = await aPlace()
  const { id } = standIn.test.addFlow({ document: {} })
  const given = { key: 'a', options: PHONE, stripe_flow: id }
  const state = await terraform.apply(given)
  expect((await terraform.plan(given, state)).diagnostics).toEqual([])
  await probe()
  const toEdit = (...edits: readonly string[]) => {
    return expect.stringMatching(
      new RegExp(`^warning at stripe_flow: "a" is to be edited at Stripe\\..*${id}, as vs_.*${edits.join('.*')}`, 's'),
    )
  }
  const phone = 'options\\.phone\\.require_verification: false -> true'
  expect(texts((await terraform.plan(given, state)).diagnostics)).toEqual([toEdit(phone)])

  const more = { ...given, options: { ...PHONE, document: { require_live_capture: true } } }
  const planned = await terraform.plan(more, await terraform.read(state ?? {}))
  const edits = ['options\\.document\\.require_live_capture: false -> true', phone]
  expect(texts(planned.diagnostics)).toEqual([toEdit(...edits)])
  const { prior, config } = planned
  const provider = await terraform.process()
  const applied = await resource(provider).apply({ prior, config, planned: planned.planned, memory: MEMORY })
  expect(texts(applied.diagnostics)).toEqual([toEdit(...edits)])

  standIn.test.editFlow(id, { document: { require_live_capture: true }, ...PHONE })
  await probe()
  expect((await terraform.plan(more, applied.result.state)).diagnostics).toEqual([])
})
