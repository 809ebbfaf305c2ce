import { describe, expect, onTestFinished, test } from 'vitest'
import type { SessionOptions } from '../../src/model/resources.js'
import type { Verifier } from '../../src/verifier/verifier.js'
import { aProject, flows, writeFiles } from '../helpers/cli.js'
import { served } from '../service/serving.js'
import type { Options } from '../stripe/session.js'
import { StripeStandIn } from '../stripe/stand-in.js'
import { FarVerifier } from '../verifier/far-verifier.js'
import { stripeAt } from '../verifier/stripe-setting.js'

const AT_STRIPE = 'vf_1PgafBB7WZ01zgkW'
const BOUND = `name: High value
type: document
options:
  document:
    require_matching_selfie: true
  phone: { require_verification: true }
stripe_flow: { test: ${AT_STRIPE} }
`
/** Its id, at either verifier. */
const SESSION = /far_\d+|vs_\w+/
const PHONE_LEFT = '[ ] options.phone.require_verification: false → true'

/** A verifier with one flow of its own, and its Dashboard. */
interface Account {
  readonly verifier: Verifier
  edit(options: SessionOptions): void
  /** Statuses of its sessions, the oldest first. */
  statuses(): readonly string[]
}

/** Stripe, as far as its documentation goes, behind the adapter that talks to it. */
async function atStandIn(): Promise<Account> {
  const standIn = await StripeStandIn.start()
  onTestFinished(() => standIn.close())
  standIn.test.addFlow({}, { id: AT_STRIPE })
  return {
    verifier: await stripeAt(standIn),
    edit: (options) => standIn.test.editFlow(AT_STRIPE, options as unknown as Options),
    statuses: () => [...standIn.test.sessions].map(({ status }) => status),
  }
}

async function farAway(): Promise<Account> {
  const far = new FarVerifier()
  return {
    verifier: far,
    edit: (options) => void far.flows.set(AT_STRIPE, options),
    statuses: () => [...far.sessions.values()].map(({ status }) => status),
  }
}

/** A project whose service verifies with an account that has one flow of its own, without a check of the phone. */
async function aPlace(files: Readonly<Record<string, string>>, account = farAway()) {
  const { verifier, ...far } = await account
  far.edit({ document: { require_matching_selfie: true } })
  const api = await served({ verifiers: [verifier] })
  const environment = `test: { api: "${api.url}", api_key_env: FLOWS_TEST_KEY }`
  const cwd = aProject(files, `project: acme-kyc\nenvironments:\n  ${environment}\n`)
  const run = (...args: readonly string[]) =>
    flows([...args, '--env', 'test'], { cwd, env: { FLOWS_TEST_KEY: api.key } })
  return { far, cwd, run }
}

describe('a flow that is bound to a flow at Stripe', () => {
  test.each([
    ['a verifier far away', farAway],
    ['Stripe', atStandIn],
  ] as const)(
    'is planned, applied, probed, edited by hand as the checklist says, and then confirmed, at %s',
    async (_, open) => {
      const { far, run, cwd } = await aPlace({ high: BOUND }, open())
      const applied = await run('apply', '--yes')
      expect([applied.code, applied.stdout]).toEqual([0, expect.stringContaining('1 created')])
      expect((await run('drift')).stdout).toMatch(/not observed +high +vf_1PgafBB7WZ01zgkW/)

      const probed = await run('drift', '--probe')
      expect(probed.code).toBe(2)
      expect(probed.stderr).toContain('Probing 1 flow at Stripe: each makes one session and two events')
      expect(probed.stdout).toContain(PHONE_LEFT)
      expect(far.statuses()).toEqual(['canceled'])

      const plan = await run('plan', '--detailed-exitcode', '--json')
      expect(plan.code).toBe(2)
      expect(JSON.parse(plan.stdout)).toMatchObject({
        changes: [],
        bound: [
          {
            key: 'high',
            status: 'drifted',
            session: expect.stringMatching(SESSION),
            fields: [{ path: '/options/phone/require_verification', observed: false, defined: true, line: 6 }],
          },
        ],
      })
      const annotation = `::warning file=flows/high.yaml,line=6,title=edit high at Stripe::${AT_STRIPE}, as SESSION showed it:%0Aoptions.phone.require_verification: false → true\n`
      for (const command of ['plan', 'drift']) {
        const { stdout } = await run(command, '--format', 'github')
        expect(stdout.replace(SESSION, 'SESSION')).toBe(annotation)
      }

      // Nothing is left for apply to write, and it still says what is left for a person.
      const again = await run('apply', '--yes')
      expect([again.code, again.stdout]).toEqual([2, expect.stringContaining(PHONE_LEFT)])

      far.edit({ document: { require_matching_selfie: true }, phone: { require_verification: true } })
      expect((await run('drift', '--probe')).code).toBe(0)
      expect((await run('drift')).stdout).toMatch(/in sync +high/)

      // A change in git leaves edits to make at Stripe, and says so at once.
      writeFiles(cwd, {
        'flows/high.yaml': BOUND.replace('selfie: true', 'selfie: true\n    require_live_capture: true'),
      })
      const changed = await run('apply', '--yes')
      expect(changed.code).toBe(2)
      const edit = 'options.document.require_live_capture: false → true'
      expect(changed.stdout).toContain(`[ ] ${edit}`)

      // The deployment keeps what is left, until a session shows that it was made.
      const deployment = /vfd_[0-9a-z]+/.exec(changed.stdout)?.[0] ?? ''
      expect((await run('history', '-n', '1')).stdout).toContain('1 updated, 1 edit open at Stripe')
      expect((await run('show', deployment)).stdout).toMatch(
        new RegExp(`\\[ \\] high {2}${edit} {2}# open: seen in (${SESSION.source}) `),
      )
      far.edit({
        document: { require_matching_selfie: true, require_live_capture: true },
        phone: { require_verification: true },
      })
      const confirmed = await run('drift', '--probe')
      expect([confirmed.code, confirmed.stdout]).toEqual([0, expect.stringContaining(`[x] high  ${edit}`)])
      expect((await run('show', deployment)).stdout).toContain(`[x] high  ${edit}`)
      expect((await run('history', '-n', '1')).stdout).not.toContain('at Stripe')
    },
  )

  test('without it, a check that Stripe has no parameter for is refused where the definition asks for it', async () => {
    const { run } = await aPlace({ high: BOUND.replace(/stripe_flow.*\n/, '') })
    const plan = await run('plan')
    expect(plan.code).toBe(1)
    expect(plan.stdout).toContain('flows/high.yaml:6 CHECK_UNAVAILABLE')
    const applied = await run('apply', '--yes')
    expect([applied.code, applied.stderr]).toEqual([1, expect.stringContaining('flows/high.yaml:6: "high" asks for')])
  })

  test('there is nothing to probe without one', async () => {
    const { run } = await aPlace({ high: 'name: A\ntype: document\n' })
    await run('apply', '--yes')
    const { code, stderr } = await run('drift', '--probe')
    expect([code, stderr]).toEqual([0, expect.stringContaining('there is nothing to probe')])
  })
})
