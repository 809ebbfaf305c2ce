import { describe, expect, test } from 'vitest'
import { DefinitionFault } from '../../src/forge/definition-file.js'
import { definitionsIn } from '../../src/forge/definitions.js'
import { ForgeError } from '../../src/forge/forge.js'
import { type ForgeAt, forges } from './forges.js'

const KYC = 'name: KYC # for people\ntype: document\n'
const EDITED = 'name: Know # for people\ntype: document\n'
const EDIT = { text: EDITED, title: 'Edit kyc', body: 'Why.', author: 'anna <a>', announce: async () => {} }

/** A repository with one definition, and what the service knows of it. */
async function aRepository(at: () => Promise<ForgeAt>, files: Readonly<Record<string, string | Buffer>> = {}) {
  const hosted = await at()
  hosted.files.push('main', {
    'README.md': '#',
    ...(Object.keys(files).length > 0 ? files : { 'kyc/flows/kyc.yaml': KYC }),
  })
  const definitions = (token?: string, more: object = {}) =>
    definitionsIn({
      forge: hosted.forge(token),
      repository: hosted.repository(token),
      web: hosted.web,
      branch: 'main',
      folders: new Map([['shop', ['kyc/flows']]]),
      ...more,
    })
  return { ...hosted, definitions }
}

/** Deeper than a function may call itself. */
const NESTED = `${'{"message":'.repeat(200_000)}1${'}'.repeat(200_000)}`

async function fault(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (error instanceof DefinitionFault) return `${error.code}: ${error.message}`
  if (error instanceof ForgeError) return error.kind
  throw error
}

describe.each(forges)('definitions at $name', ({ at }) => {
  test('one is changed by one commit on a branch of its own, in one pull request however often it is asked for', async () => {
    const { definitions, files, web } = await aRepository(at)
    const found = await definitions().find('shop', 'kyc')
    expect([found.path, found.text, found.commit]).toEqual(['kyc/flows/kyc.yaml', KYC, files.branches.get('main')])
    const first = await definitions().propose(found, EDIT)
    expect(first).toMatchObject({ number: 1, isNew: true })
    expect(first.url).toMatch(new RegExp(`^${web}/`))
    expect(await definitions().propose(found, { ...EDIT, author: 'bert' })).toEqual({ ...first, isNew: false })
    expect(files.log).toEqual([
      {
        branch: expect.stringMatching(/^flows\/edit\/shop\/kyc\/[0-9a-f]{12}$/),
        message: 'Edit kyc\n\nAsked for in the dashboard by anna a.',
        author: { name: 'anna a', email: 'flows@localhost' },
      },
    ])
    expect(files.text(files.log[0]?.branch ?? '', 'kyc/flows/kyc.yaml')).toBe(EDITED)
    expect(files.text('main', 'kyc/flows/kyc.yaml')).toBe(KYC)
    expect(await definitions().propose(found, { ...EDIT, text: `${EDITED}#\n` })).toMatchObject({ number: 2 })
  })

  test('a branch of the same edit counts only if merging it makes what was shown: not after another change of the file', async () => {
    const { definitions, files } = await aRepository(at)
    const path = 'kyc/flows/kyc.yaml'
    const propose = async () => definitions().propose(await definitions().find('shop', 'kyc'), EDIT)
    expect(await propose()).toMatchObject({ number: 1, isNew: true })
    files.push('main', { 'README.md': '# Another file.' })
    expect(await propose()).toMatchObject({ number: 1, isNew: false })
    files.push('main', { [path]: `return_url: https://example.com\n${KYC}` })
    expect(await propose()).toMatchObject({ number: 2, isNew: true })
    // Merged, and taken back.
    files.push('main', { [path]: EDITED })
    files.push('main', { [path]: KYC })
    expect(await propose()).toMatchObject({ number: 3, isNew: true })
    expect(new Set(files.log.map(({ branch }) => branch)).size).toBe(3)
  })

  test('the branch is announced before anything is written, and again whenever it is asked for', async () => {
    const { definitions, files, server } = await aRepository(at)
    const found = await definitions().find('shop', 'kyc')
    const announced: string[] = []
    const announce = async (branch: string) => {
      announced.push(`${branch} of ${files.branches.size}`)
    }
    server.faults.push({ matches: /^POST .*(?:git\/refs|branches)/, answer: { status: 500, body: {} } })
    expect(await fault(definitions().propose(found, { ...EDIT, announce }))).toBe('unreachable')
    await definitions().propose(found, { ...EDIT, announce })
    await definitions().propose(found, { ...EDIT, announce })
    const [{ branch = '' } = {}] = files.log
    expect(announced).toEqual([`${branch} of 1`, `${branch} of 1`, `${branch} of 2`])
    const refused = async () => Promise.reject(new ForgeError('invalid', 'the record failed'))
    expect(await fault(definitions().propose(found, { ...EDIT, text: '#', announce: refused }))).toBe('invalid')
    expect(files.branches.size).toBe(2)
  })

  test('two people who ask for the same at once get the same pull request', async () => {
    const { definitions, files } = await aRepository(at)
    const found = await definitions().find('shop', 'kyc')
    const both = await Promise.all([definitions().propose(found, EDIT), definitions().propose(found, EDIT)])
    expect(both.map(({ number }) => number)).toEqual([1, 1])
    expect(both.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(new Set(files.log.map(({ branch }) => branch)).size).toBe(1)
  })

  test('an attempt that ended before its commit is finished by the next one', async () => {
    const { definitions, files, server } = await aRepository(at)
    const found = await definitions().find('shop', 'kyc')
    server.faults.push({ matches: /^(?:PUT .*contents|POST .*repository\/commits)/, answer: { status: 500, body: {} } })
    server.faults.push({ matches: /^PUT .*contents/, answer: { status: 500, body: {} } })
    server.faults.push({ matches: /^PUT .*contents/, answer: { status: 500, body: {} } })
    expect(await fault(definitions().propose(found, EDIT))).toBe('unreachable')
    expect([files.branches.size, files.log.length]).toEqual([2, 0])
    expect(await definitions().propose(found, EDIT)).toMatchObject({ number: 1, isNew: true })
    expect(files.log).toHaveLength(1)
  })

  test('a branch in which somebody went on is left alone', async () => {
    const { definitions, files } = await aRepository(at)
    const found = await definitions().find('shop', 'kyc')
    await definitions().propose(found, EDIT)
    files.push(files.log[0]?.branch ?? '', { 'kyc/flows/kyc.yaml': 'theirs\n' })
    expect(await fault(definitions().propose(found, EDIT))).toMatch(
      /^branch_taken: the branch flows\/edit\/shop\/kyc\//,
    )
    expect(files.log).toHaveLength(1)
  })

  test('one is found below the folder too, with the other ending, and with its byte-order mark', async () => {
    const text = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('name: Ü\r\ntype: document\r\n')])
    const { definitions, files } = await aRepository(at, { 'kyc/flows/a b/kyc.yml': text, 'other/kyc.yaml': 'no' })
    const found = await definitions().find('shop', 'kyc')
    expect([found.path, found.text]).toEqual(['kyc/flows/a b/kyc.yml', 'name: Ü\r\ntype: document\r\n'])
    await definitions().propose(found, { ...EDIT, text: 'name: Ö\r\ntype: document\r\n' })
    const path = 'kyc/flows/a b/kyc.yml'
    expect(files.text(files.log[0]?.branch ?? '', path)).toBe('\ufeffname: Ö\r\ntype: document\r\n')
  })

  test('files that the loader ignores are ignored, and two of one key are refused wherever they are', async () => {
    const path = 'kyc/flows/kyc.yaml'
    const { definitions, files } = await aRepository(at, {
      [path]: KYC,
      'kyc/flows/.old/kyc.yaml': KYC,
      'kyc/flows/.drafts/kyc.yml': KYC,
    })
    expect((await definitions().find('shop', 'kyc')).path).toBe(path)
    files.push('main', { 'kyc/flows/.only.yaml': KYC, 'kyc/flows/.a/only.yaml': KYC })
    expect(await fault(definitions().find('shop', 'only'))).toMatch(/^file_missing: /)
    files.push('main', { 'kyc/flows/people/kyc.yml': KYC })
    expect(await fault(definitions().find('shop', 'kyc'))).toBe(
      `file_twice: both ${path} and kyc/flows/people/kyc.yml define kyc`,
    )
  })

  test.each([
    ['a page in place of a list of files', /tree/, { status: 200, body: '<html>' }],
    ['an error that is nested without an end', /tree/, { status: 500, text: NESTED }],
    ['no object in a list', /GET .*(?:pulls|merge_requests)/, { status: 200, body: [null] }],
    [
      'a next page at no address',
      /GET .*(?:pulls|merge_requests)/,
      { status: 200, body: [], headers: { link: '<http://[>; rel="next"' } },
    ],
  ])('an answer of another kind is told as one: %s', async (_, matches, answer) => {
    const { definitions, server } = await aRepository(at)
    for (let times = 0; times < 3; times += 1) server.faults.push({ matches, answer })
    const work = async () => definitions().propose(await definitions().find('shop', 'kyc'), EDIT)
    expect(await fault(work())).toBe('unreachable')
  })

  test('what cannot be found or read is named, with its place', async () => {
    const twice = { 'kyc/flows/a/kyc.yaml': KYC, 'kyc/flows/b/kyc.yml': KYC, 'kyc/flows/bad.yaml': Buffer.from([0xff]) }
    const { definitions } = await aRepository(at, twice)
    const find = (key: string, more = {}) => fault(definitions(undefined, more).find('shop', key))
    expect(await find('kyc')).toBe('file_twice: both kyc/flows/a/kyc.yaml and kyc/flows/b/kyc.yml define kyc')
    expect(await find('none')).toMatch(/^file_missing: no file none\.yaml or none\.yml is in kyc\/flows of /)
    expect(await find('bad')).toBe('file_not_text: the file kyc/flows/bad.yaml is not UTF-8 text')
    expect(await find('kyc', { branch: 'trunk' })).toMatch(/^branch_missing: .* has no branch trunk$/)
  })

  test('a token that is refused, or may not write, a hidden repository and a silent forge are told apart', async () => {
    const { definitions, readOnlyToken, server, files } = await aRepository(at)
    expect(await fault(definitions('wrong').find('shop', 'kyc'))).toBe('not_authorised')
    const found = await definitions(readOnlyToken).find('shop', 'kyc')
    expect(await fault(definitions(readOnlyToken).propose(found, EDIT))).toBe('not_authorised')
    const missing = { status: 404, body: { message: '404 Project Not Found' } }
    server.faults.push({ matches: /ref\/heads|branches/, answer: missing }, { matches: /kyc$/, answer: missing })
    expect(await fault(definitions().find('shop', 'kyc'))).toBe('not_found')
    const limited = { status: 429, body: { message: 'slow down' }, headers: { 'retry-after': '600' } }
    server.faults.push({ matches: /ref\/heads|branches/, answer: limited })
    expect(await fault(definitions().find('shop', 'kyc'))).toBe('rate_limited')
    expect(files.log).toEqual([])
  })

  test('an address elsewhere is not passed on', async () => {
    const { definitions } = await aRepository(at)
    const found = await definitions().find('shop', 'kyc')
    expect(await definitions(undefined, { web: 'https://git.example.com' }).propose(found, EDIT)).toMatchObject({
      number: 1,
      url: null,
    })
  })
})
