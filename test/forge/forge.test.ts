import { describe, expect, test } from 'vitest'
import { github } from '../../src/forge/github.js'
import { gitlab } from '../../src/forge/gitlab.js'
import { forges } from './forges.js'
import { aGithubServer } from './github-server.js'
import { aGitlabServer } from './gitlab-server.js'

const ONE = '1'.repeat(40)
const TWO = '2'.repeat(40)
const text = { title: 'Drift', body: 'Edited outside git.' }

describe.each(forges)('$name', ({ at }) => {
  test('says whom the token comments as', async () => {
    const { forge, bot } = await at()
    expect(await forge().author()).toBe(bot)
  })

  test('makes, changes and deletes comments, and lists them oldest first', async () => {
    const { forge, open, bot, bodies } = await at()
    const number = open('edit', ONE)
    const first = await forge().createComment(number, 'first')
    await forge().createComment(number, 'second')
    expect(first).toMatchObject({ author: bot, body: 'first' })
    expect(await forge().updateComment(number, first.id, 'changed')).toMatchObject({ id: first.id, body: 'changed' })
    expect((await forge().listComments(number)).map(({ body }) => body)).toEqual(['changed', 'second'])
    await forge().deleteComment(number, first.id)
    await forge().deleteComment(number, first.id)
    expect(bodies(number)).toEqual(['second'])
  })

  test('reads every page of comments', async () => {
    const { forge, open, comment } = await at()
    const number = open('edit', ONE)
    for (let count = 0; count < 230; count += 1) comment(number, 'somebody', `comment ${count}`)
    const comments = await forge().listComments(number)
    expect(comments.map(({ body }) => body)).toEqual(Array.from({ length: 230 }, (_, count) => `comment ${count}`))
  })

  test('finds the pull request that a commit came in by', async () => {
    const { forge, open, merge } = await at()
    const number = open('edit', ONE)
    expect(await forge().pullRequestsOf(ONE)).toMatchObject([{ number, state: 'open', landed: [] }])
    merge(number, TWO)
    const [found] = await forge().pullRequestsOf(TWO)
    expect(found).toMatchObject({ number, state: 'merged', head: { branch: 'edit', commit: ONE }, base: 'main' })
    expect(found?.landed).toContain(TWO)
    expect(await forge().pullRequestsOf('9'.repeat(40))).toEqual([])
  })

  test('names who approves a pull request as it is now: no earlier commit, and not whoever opened it', async () => {
    const { forge, open, push, approve, merge } = await at()
    const number = open('edit', ONE)
    const approvers = async () => forge().approvers(await forge().pullRequest(number))
    expect(await approvers()).toEqual([])
    approve(number, 'zoe')
    approve(number, 'author')
    approve(number, 'adam')
    expect(await approvers()).toEqual(['adam', 'zoe'])
    push(number, TWO)
    expect(await approvers()).toEqual([])
    approve(number, 'adam')
    merge(number, '3'.repeat(40))
    expect(await approvers()).toEqual(['adam'])
  })

  test('makes one pull request for a branch, finds it again, and changes its text', async () => {
    const { forge, open } = await at()
    const branches = { head: 'flows/drift-live', base: 'main' }
    open(branches.head, ONE, true)
    expect(await forge().findPullRequest(branches)).toBeNull()
    const made = await forge().createPullRequest(branches, text)
    expect(made).toMatchObject({ ...text, state: 'open', base: 'main', head: { branch: branches.head } })
    await expect(forge().createPullRequest(branches, text)).rejects.toMatchObject({ kind: 'invalid' })
    await forge().updatePullRequest(made.number, { ...text, body: 'More.' })
    expect(await forge().findPullRequest(branches)).toMatchObject({ number: made.number, body: 'More.' })
    expect(await forge().pullRequest(made.number)).toMatchObject({ title: 'Drift', body: 'More.' })
  })

  test('lists open pull requests, the most recently changed first', async () => {
    const { forge, open, merge } = await at()
    const numbers = [open('a', ONE), open('b', TWO), open('c', ONE)]
    merge(numbers[1] as number, TWO)
    expect((await forge().openPullRequests()).map(({ number }) => number)).toEqual([numbers[2], numbers[0]])
  })

  test('lists every open pull request, on however many pages they stand', async () => {
    const { forge, open } = await at()
    const numbers = Array.from({ length: 230 }, (_, count) => open(`branch-${count}`, ONE))
    expect((await forge().openPullRequests()).map(({ number }) => number)).toEqual(numbers.reverse())
  })

  test('fails where a list has no end, and never takes a part for the whole', async () => {
    const { forge, server, open } = await at()
    const number = open('edit', ONE)
    const headers = { link: `<${server.origin}/again>; rel="next"` }
    const page = { matches: /comments|notes|again/, answer: { status: 200, body: [], headers } }
    server.faults.push(...Array.from({ length: 200 }, () => page))
    await expect(forge().listComments(number)).rejects.toMatchObject({
      kind: 'too_many',
      message: expect.stringMatching(/lists more than 10,000 at .*(comments|notes)/),
    })
    expect(server.requests.length).toBeLessThanOrEqual(100)
  })

  test.each([
    ['a wrong token', 'wrong-token', 'not_authorised', 401],
    ['a token that may only read', undefined, 'not_authorised', 403],
  ])('tells of %s, without the token', async (_, token, kind, status) => {
    const { forge, open, readOnlyToken } = await at()
    const used = token ?? readOnlyToken
    const failure = await forge(used)
      .createComment(open('edit', ONE), 'body')
      .catch((error) => error)
    expect(failure).toMatchObject({ name: 'ForgeError', kind, status })
    expect(failure.message).not.toContain(used)
  })

  test('tells what is not there, and what is refused', async () => {
    const { forge, open } = await at()
    await expect(forge().pullRequest(99)).rejects.toMatchObject({ kind: 'not_found', status: 404 })
    const tooLong = forge().createComment(open('edit', ONE), 'x'.repeat(1_000_001))
    await expect(tooLong).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('too long') })
  })

  test('never shows a token that an answer quotes', async () => {
    const { forge, server } = await at()
    server.faults.push({ matches: /^GET/, answer: { status: 400, body: { message: 'bad token secret-token' } } })
    const failure = await forge('secret-token')
      .pullRequest(1)
      .catch((error) => error)
    expect(failure.message).toContain('bad token ...')
  })

  test('asks again where that is safe: after a fault, a dropped connection, a rate limit', async () => {
    const { forge, server, open, pauses } = await at()
    const number = open('edit', ONE)
    server.faults.push(
      { matches: /^GET/, answer: { status: 502 } },
      { matches: /^GET/, answer: 'drop' },
      { matches: /^GET .*comments|^GET .*notes/, answer: { status: 429, headers: { 'retry-after': '7' } } },
    )
    expect(await forge().pullRequest(number)).toMatchObject({ number })
    expect(await forge().listComments(number)).toEqual([])
    expect(pauses).toEqual([500, 1000, 7000])
  })

  test('sends nothing twice that may have been done', async () => {
    const { forge, server, open, bodies } = await at()
    const number = open('edit', ONE)
    server.faults.push({ matches: /^POST/, answer: 'drop after' })
    await expect(forge().createComment(number, 'body')).rejects.toMatchObject({ kind: 'unreachable' })
    expect(bodies(number)).toEqual(['body'])
    server.faults.push({ matches: /^POST/, answer: { status: 429, headers: { 'retry-after': '1' } } })
    await forge().createComment(number, 'after a pause')
    expect(bodies(number)).toEqual(['body', 'after a pause'])
  })

  test('does not wait longer for a rate limit than a job is worth', async () => {
    const { forge, server, pauses } = await at()
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1790001800' }
    server.faults.push({ matches: /^GET/, answer: { status: 403, headers, body: { message: 'rate limit exceeded' } } })
    await expect(forge().pullRequest(1)).rejects.toMatchObject({
      kind: 'rate_limited',
      message: expect.stringContaining('1800 seconds'),
    })
    expect(pauses).toEqual([])
  })

  test('takes the token nowhere else: no redirect, no next page on another host', async () => {
    const { forge, server, open, elsewhere } = await at()
    const number = open('edit', ONE)
    server.faults.push(
      { matches: /^GET/, answer: { status: 302, headers: { location: 'https://elsewhere.example/' } } },
      { matches: /^GET/, answer: { status: 200, body: [], headers: elsewhere() } },
    )
    await expect(forge().pullRequest(number)).rejects.toMatchObject({ kind: 'unreachable' })
    await expect(forge().listComments(number)).rejects.toMatchObject({ kind: 'unreachable' })
  })

  test('knows an answer that is not one of its API', async () => {
    const { forge, server } = await at()
    server.faults.push({ matches: /^GET/, answer: { status: 200, body: { hello: 'proxy' } } })
    await expect(forge().pullRequest(1)).rejects.toMatchObject({
      message: expect.stringContaining('is the address right?'),
    })
  })
})

describe('an approval at GitHub', () => {
  /** Whether the reviews of one person, oldest first, approve. */
  async function approves(...reviews: { state: string; association?: string; type?: string; login?: string | null }[]) {
    const server = await aGithubServer()
    const { number } = server.open({ branch: 'edit', commits: [ONE] })
    for (const review of reviews) {
      const one = { pull: number, login: 'adam', type: 'User', association: 'MEMBER', commit_id: ONE, ...review }
      server.reviews.push(one as never)
    }
    const forge = github({ api: server.origin, repository: server.repository, token: 'ghs_workflow' })
    return (await forge.approvers(await forge.pullRequest(number))).includes('adam')
  }
  const approved = { state: 'APPROVED' }

  test('holds until the same person asks for changes, or it is dismissed; comments change nothing', async () => {
    expect(await approves(approved, { state: 'COMMENTED' })).toBe(true)
    expect(await approves({ state: 'CHANGES_REQUESTED' }, approved)).toBe(true)
    expect(await approves(approved, { state: 'CHANGES_REQUESTED' })).toBe(false)
    expect(await approves({ state: 'DISMISSED' })).toBe(false)
  })

  test('counts from people of the repository: not from strangers, programs or accounts that are gone', async () => {
    for (const association of ['OWNER', 'MEMBER', 'COLLABORATOR']) {
      expect(await approves({ ...approved, association })).toBe(true)
    }
    for (const association of ['CONTRIBUTOR', 'FIRST_TIME_CONTRIBUTOR', 'NONE']) {
      expect(await approves({ ...approved, association })).toBe(false)
    }
    expect(await approves({ ...approved, type: 'Bot' })).toBe(false)
    expect(await approves({ ...approved, login: null })).toBe(false)
  })
})

test('a GitLab that does not say when it was approved cannot be asked who approves', async () => {
  const server = await aGitlabServer()
  const { iid } = server.open({ branch: 'edit', commits: [ONE] })
  server.versions.push({ iid, commit: ONE, at: '2026-11-24T12:00:00Z' })
  const forge = gitlab({ api: server.api, project: '42', token: 'glpat-bot' })
  server.approvals.push({ iid, username: 'adam', at: undefined })
  await expect(forge.pullRequest(iid).then((pull) => forge.approvers(pull))).rejects.toMatchObject({ kind: 'invalid' })
})
