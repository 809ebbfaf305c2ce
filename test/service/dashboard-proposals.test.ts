import { describe, expect, test } from 'vitest'
import { definitionsIn } from '../../src/forge/definitions.js'
import { deploy } from '../../src/service/operations/deployments/deployments.js'
import { forges } from '../forge/forges.js'
import { type Implementation, storeOfTheLane } from '../store/stores.js'
import { aDashboard, FOREIGN, plain, SCRIPT } from './dashboards.js'
import { aDeployment, creating, updating } from './deployment-requests.js'
import { TESTER } from './serving.js'

const PAGE = '/dashboard/test/flows/kyc/edit'
const PATH = 'flows/kyc.yaml'
const KYC = '# Reviewed each May.\nname: "KYC"\ntype:   document # and a selfie\n'
const EMAIL = { 'options[email][require_verification]': 'true' }
/** Only a part of it gets into git. */
const NAME = "/Anna: #*O'Neil*!"
const [onGithub] = forges

/** A flow that git manages, at a forge, and an editor of it. */
async function aProposer(implementation: Implementation, { at } = onGithub as (typeof forges)[number], file = KYC) {
  const hosted = await at()
  hosted.files.push('main', { [PATH]: file })
  let token: string | undefined
  const definitionsBy = () =>
    definitionsIn({
      forge: hosted.forge(token),
      repository: hosted.repository(token),
      web: hosted.web,
      branch: 'main',
      folders: new Map([['acme-kyc', ['flows']]]),
    })
  const definitions: ReturnType<typeof definitionsIn> = {
    label: definitionsBy().label,
    has: (project) => definitionsBy().has(project),
    find: (project, key) => definitionsBy().find(project, key),
    propose: (found, proposal) => definitionsBy().propose(found, proposal),
  }
  const api = await aDashboard(implementation, { definitions })
  const first = await api.service.write(TESTER, (call) => deploy(call, aDeployment([creating('kyc', { name: 'KYC' })])))
  const browser = await api.signedIn('editor', NAME)
  const preview = (typed: object = EMAIL) => browser.fill(PAGE, { ...typed, do: 'preview' })
  const seenIn = (html: string) => /name="seen" value="([0-9a-f]{64})"/.exec(html)?.[1]
  const propose = async (typed: object = EMAIL, seen?: string) =>
    browser.fill(PAGE, { ...typed, do: 'propose', seen: seen ?? seenIn((await preview(typed)).text) ?? '' })
  const use = (other: string | undefined) => {
    token = other
  }
  const acts = async () => {
    const { data } = await api.store.read((tx) => tx.auditLog.list({ object: first.changes[0]?.id }, { limit: 10 }))
    return data.map(({ actor_name, action, detail }) => `${actor_name} ${action}: ${detail}`).reverse()
  }
  const bodies = () =>
    (hosted.server as unknown as { readonly pulls: { body: string }[] }).pulls.map(({ body }) => body)
  return { ...hosted, api, first, bodies, browser, preview, seenIn, propose, use, acts, label: definitions.label }
}

describe.each(storeOfTheLane.flatMap((store) => forges.map((forge) => ({ store, forge, name: forge.name }))))(
  'an edit of a managed flow, at $name',
  ({ store, forge }) => {
    test('is made in the file as it is in git, and becomes one pull request, whoever asks again', async () => {
      const { preview, propose, files, web, label, acts, api, server } = await aProposer(store, forge)
      const shown = await preview()
      expect(shown.text).toContain(`Open a pull request at ${label}`)
      const made = `${KYC}options:\n  email: { require_verification: true }\n`
      expect(plain(shown.text)).toContain(made)
      expect([files.branches.size, await acts()]).toEqual([1, []])
      const first = await propose()
      expect(first.status).toBe(200)
      expect(first.text).toContain(`<a href="${web}/`)
      expect(first.text).toContain(`Pull request 1 at ${label}</a> is open, with this edit`)
      const [{ branch = '', message, author } = {}] = files.log
      expect(files.text(branch, PATH)).toBe(made)
      expect([message, author]).toEqual([
        "Edit kyc\n\nAsked for in the dashboard by Anna O'Neil.",
        { name: "Anna O'Neil", email: 'flows@localhost' },
      ])
      const again = await propose()
      expect(again.text).toContain(`Pull request 1 at ${label}</a> has this edit already`)
      const asked = `${NAME} flow.proposed: ${branch} at ${label}`
      const got = `${NAME} flow.proposal_opened: pull request 1 of ${branch} at ${label}`
      expect([files.log.length, await acts()]).toEqual([1, [asked, got, asked, got]])
      // The service has not changed: git has to.
      expect((await api.call('GET', '/v1/identity/verification_flows/kyc')).body.version).toBe(1)
      expect(server.requests.some((request) => /POST .*(?:pulls|merge_requests)$/.test(request))).toBe(true)
    })
  },
)

describe.each(storeOfTheLane)('a pull request for an edit, on $name', (implementation) => {
  test('says what the edit does to the verification, who asked and what differs, and nothing in it is markup', async () => {
    const hosted = await onGithub?.at()
    if (hosted === undefined) throw new Error('there are forges')
    const proposer = await aProposer(implementation, { name: 'GitHub', at: async () => hosted })
    await proposer.propose({ ...EMAIL, description: '```\n@everyone' })
    const { pulls } = hosted.server as unknown as { readonly pulls: readonly { title: string; body: string }[] }
    expect(pulls.map(({ title }) => title)).toEqual(['Edit kyc'])
    const body = pulls[0]?.body ?? ''
    expect(body).toMatch(/^Asked for by Anna O'Neil, as an edit of <code>kyc<\/code> in the dashboard\.$/m)
    expect(body).toContain('- **Strengthens the verification**')
    expect(body).toContain('- email check switched on (strengthens)')
    expect(body).toMatch(/\n````diff\n(?:.*\n)*\+description: "```\\n@everyone"\n(?:.*\n)*````\n$/)
  })

  test('is of the file that was shown: one that has changed since is shown again first', async () => {
    const { preview, propose, seenIn, files } = await aProposer(implementation)
    const seen = seenIn((await preview()).text)
    files.push('main', { [PATH]: `${KYC}# Changed.\n` })
    const refused = await propose(EMAIL, seen)
    expect(refused.status).toBe(409)
    expect(refused.text).toContain('The file in git or the edit has changed since it was shown')
    expect(plain(refused.text)).toContain('# Changed.')
    expect(files.log).toEqual([])
    expect((await propose(EMAIL, seenIn(refused.text))).text).toContain('is open, with this edit')
    expect((await propose(EMAIL, SCRIPT)).text).not.toMatch(FOREIGN)
    expect((await propose({ ...EMAIL, description: 'Not shown' }, seenIn(refused.text))).status).toBe(409)
    expect(files.log).toHaveLength(1)
  })

  test('is not made of a form that is older than the flow, and neither is a download: the newer flow is shown first', async () => {
    const { api, first, browser, preview, propose, seenIn, files } = await aProposer(implementation)
    const seen = seenIn((await preview()).text) ?? ''
    files.push('main', { [PATH]: `${KYC}return_url: https://example.com/merged\n` })
    const flow = (await api.call('GET', '/v1/identity/verification_flows/kyc')).body
    const merged = { name: 'KYC', return_url: 'https://example.com/merged' }
    await api.service.write(TESTER, (call) =>
      deploy(call, aDeployment([updating(flow, merged)], { last: first.id, runId: 'run-2' })),
    )
    for (const deed of ['preview', 'download', 'propose']) {
      const stale = await browser.send(PAGE, PAGE, { name: 'KYC', type: 'document', version: '1', do: deed, seen })
      expect([deed, stale.status]).toEqual([deed, 412])
      expect(stale.text).toContain('Somebody has changed the flow meanwhile')
      expect(stale.text).toContain('value="https://example.com/merged"')
    }
    expect([files.log, files.branches.size]).toEqual([[], 1])
    expect((await propose()).text).toContain('is open, with this edit')
    expect(files.text(files.log[0]?.branch ?? '', PATH)).toContain('return_url: https://example.com/merged')
  })

  test('comes with a warning where git has what is not deployed yet, which the edit would take back', async () => {
    const warning = 'Git says other than the service has'
    const { preview, propose, bodies, files } = await aProposer(implementation)
    expect((await preview()).text).not.toContain(warning)
    files.push('main', { [PATH]: `${KYC}return_url: https://example.com/merged\n` })
    const { text } = await preview()
    expect(text).toContain(warning)
    expect(text).toContain('<del>-return_url: https://example.com/merged')
    await propose()
    expect(bodies()).toEqual([expect.stringContaining(`**Warning:** ${warning}`)])
  })

  test('names the effect of its difference, also where somebody has edited the flow outside git', async () => {
    const strict = `${KYC}options: { document: { require_matching_selfie: true } }\n`
    const { preview, propose, bodies } = await aProposer(implementation, onGithub, strict)
    const { text } = await preview({ description: 'Look' })
    expect(plain(text)).toContain('Weakens the verification')
    expect(text).toContain('Git says other than the service has')
    await propose({ description: 'Look' })
    const [body = ''] = bodies()
    expect(body).toContain('- **Weakens the verification**')
    expect(body).toContain('(weakens)')
  })

  test.each([
    ['extends: base/strict.yaml\nname: KYC\n', 'it has "extends"'],
    ['name: KYC\ntype: document\nenvironments: { live: { name: K } }\n', 'it has "environments"'],
    ['name: KYC\ntype: document\nreturn_url: { variable: back }\n', 'it takes the variable "back"'],
    ['name: [KYC\n', 'line '],
  ])('is not opened where the definition is more than one text, as %j', async (file, why) => {
    const { preview, propose, files } = await aProposer(implementation, onGithub, file)
    const { status, text } = await preview()
    expect(status).toBe(200)
    expect(plain(text)).toContain(`${PATH}: ${why}`)
    expect(text).not.toContain('name="seen"')
    expect((await propose()).status).toBe(409)
    expect([files.log, files.branches.size]).toEqual([[], 1])
  })

  test('is not opened for what git says already, for a flow of another place, or by a viewer', async () => {
    const { api, propose, files } = await aProposer(implementation)
    const same = await propose({})
    expect([same.status, same.text.includes('Git says this already')]).toEqual([409, true])
    const other = aDeployment([creating('mine')], { project: 'elsewhere' })
    await api.service.write(TESTER, (call) => deploy(call, other))
    const editor = await api.signedIn('editor')
    const elsewhere = await editor.fill('/dashboard/test/flows/mine/edit', { ...EMAIL, do: 'propose' })
    expect([elsewhere.status, elsewhere.text.includes('Nothing was opened')]).toEqual([400, true])
    const viewer = await api.signedIn('viewer')
    expect((await viewer.send('/dashboard/test/flows', PAGE, { do: 'propose', version: '1' })).status).toBe(403)
    expect(files.branches.size).toBe(1)
  })

  test.each([
    ['wrong', undefined, 'GitHub answered 401: Bad credentials', 'FLOWS_FORGE_TOKEN'],
    [undefined, { status: 429, body: {}, headers: { 'retry-after': '600' } }, 'Try again in 600 seconds', 'safe'],
    [undefined, { status: 200, body: 'a page' }, 'is the address right?', 'Asking again'],
    [undefined, { status: 301, body: { message: 'Moved' } }, 'the repository has moved', 'Asking again'],
  ] as const)(
    'whose forge answers otherwise (%s, %j) is told with a way out, and the definition stays to copy',
    async (token, answer, why, hint) => {
      const { browser, preview, propose, seenIn, use, server, files } = await aProposer(implementation)
      const seen = seenIn((await preview()).text)
      use(token)
      const fail = () => answer !== undefined && server.faults.push({ matches: /./, answer })
      fail()
      const shown = await preview()
      expect(shown.status).toBe(200)
      expect(shown.text).toContain('The definition to commit')
      fail()
      const downloaded = await browser.fill(PAGE, { ...EMAIL, do: 'download' })
      expect([downloaded.status, downloaded.text.includes('The definition to commit')]).toEqual([502, true])
      fail()
      const refused = await propose(EMAIL, seen ?? '')
      expect(refused.status).toBe(502)
      for (const { text } of [shown, downloaded, refused]) {
        expect(plain(text)).toContain(why)
        expect(text).toContain(hint)
        expect(text).not.toContain('wrong')
      }
      expect(files.log).toEqual([])
    },
  )
})
