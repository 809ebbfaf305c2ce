import { describe, expect, test } from 'vitest'
import { type PlanHeader, readHeader } from '../../src/forge/header.js'
import {
  commentBody,
  keepComment,
  markdownOf,
  outdateOthers,
  planComments,
  reviewedPlan,
} from '../../src/forge/plan-comments.js'
import { aGate } from '../helpers/gate.js'
import { forges } from './forges.js'

const HEAD = '1'.repeat(40)
const MERGED = '2'.repeat(40)
const subject = { project: 'acme-kyc', environment: 'live' }
const HEADER: PlanHeader = {
  ...subject,
  status: 'planned',
  digest: 'a'.repeat(64),
  file_sha256: 'b'.repeat(64),
  commit: HEAD,
  run_id: '77',
  keys: ['high-value'],
  deployment: null,
}
const bodyOf = (more: Partial<PlanHeader> = {}, markdown = 'The plan.') =>
  commentBody({ ...HEADER, ...more }, '', markdown)

describe.each(forges)('at $name', ({ at }) => {
  test('there is one comment for each environment, which is brought up to date', async () => {
    const { forge, open, bot, bodies } = await at()
    const pullRequest = open('edit', HEAD)
    const live = { ...subject, pullRequest, author: bot }
    expect(await keepComment(forge(), live, bodyOf())).toMatchObject({ did: 'created' })
    expect(await keepComment(forge(), live, bodyOf())).toMatchObject({ did: 'unchanged' })
    await keepComment(forge(), { ...live, environment: 'test' }, bodyOf({ environment: 'test' }))
    expect(await keepComment(forge(), live, bodyOf({}, 'A new plan.'))).toMatchObject({ did: 'updated' })
    expect(bodies(pullRequest)).toEqual([bodyOf({}, 'A new plan.'), bodyOf({ environment: 'test' })])
  })

  test("a stranger's copy of the header is neither changed nor believed", async () => {
    const { forge, open, bot, comment, bodies, merge } = await at()
    const pullRequest = open('edit', HEAD)
    comment(pullRequest, 'stranger', bodyOf({ digest: 'f'.repeat(64) }))
    await keepComment(forge(), { ...subject, pullRequest, author: bot }, bodyOf())
    expect(bodies(pullRequest)).toEqual([bodyOf({ digest: 'f'.repeat(64) }), bodyOf()])
    merge(pullRequest, MERGED)
    expect(await reviewedPlan(forge(), { ...subject, author: bot }, MERGED)).toMatchObject({
      found: true,
      comment: { header: { digest: HEADER.digest } },
    })
  })

  test('two runs at once leave one comment', async () => {
    const { forge, open, bot, bodies } = await at()
    const pullRequest = open('edit', HEAD)
    const live = { ...subject, pullRequest, author: bot }
    const gate = aGate()
    let looked = 0
    // Both have seen that there is no comment before either makes one.
    const racing = () => {
      const real = forge()
      return {
        ...real,
        createComment: async (number: number, body: string) => {
          looked += 1
          if (looked === 2) gate.open()
          await gate.opened
          return real.createComment(number, body)
        },
      }
    }
    await Promise.all([keepComment(racing(), live, bodyOf({}, 'one')), keepComment(racing(), live, bodyOf({}, 'two'))])
    expect(bodies(pullRequest)).toHaveLength(1)
  })

  test('what a run left behind that was killed in between is tidied up by the next', async () => {
    const { forge, open, bot, comment, bodies } = await at()
    const pullRequest = open('edit', HEAD)
    comment(pullRequest, bot, bodyOf({}, 'oldest'))
    comment(pullRequest, bot, bodyOf({}, 'younger'))
    await keepComment(forge(), { ...subject, pullRequest, author: bot }, bodyOf({}, 'new'))
    expect(bodies(pullRequest)).toEqual([bodyOf({}, 'new')])
  })

  test('a comment that no later run would find again is not left behind', async () => {
    const { forge, open, bodies } = await at()
    const pullRequest = open('edit', HEAD)
    const keeping = keepComment(forge(), { ...subject, pullRequest, author: 'somebody-else' }, bodyOf())
    await expect(keeping).rejects.toMatchObject({ kind: 'invalid' })
    expect(bodies(pullRequest)).toEqual([])
  })

  test('a deployment outdates the open plans that change one of its flows, and no others', async () => {
    const { forge, open, bot, comment, bodies } = await at()
    const [same, other, unknown, mine] = ['a', 'b', 'c', 'd'].map((branch) => open(branch, HEAD)) as [
      number,
      number,
      number,
      number,
    ]
    comment(same, bot, bodyOf({ keys: ['low-value', 'high-value'] }))
    comment(other, bot, bodyOf({ keys: ['sign-up'] }))
    comment(unknown, bot, bodyOf({ keys: null }))
    comment(mine, bot, bodyOf())
    const deployed = { keys: ['high-value'], except: mine, status: '> **Outdated**' }
    const outdated = await outdateOthers(forge(), { ...subject, author: bot }, deployed)
    expect([...outdated].sort()).toEqual([same, unknown])
    const [body = ''] = bodies(same)
    expect(readHeader(body)).toMatchObject({ status: 'outdated', digest: HEADER.digest })
    expect(body).toContain('> **Outdated**')
    expect(markdownOf({ id: 1, author: bot, url: '', body })).toBe('The plan.')
    expect(readHeader(bodies(other)[0] ?? '')).toMatchObject({ status: 'planned' })
    expect(readHeader(bodies(mine)[0] ?? '')).toMatchObject({ status: 'planned' })
    expect(await outdateOthers(forge(), { ...subject, author: bot }, deployed)).toEqual([])
  })

  test('a deployment outdates a plan among however many open pull requests', async () => {
    const { forge, open, bot, comment, bodies } = await at()
    const oldest = open('oldest', HEAD)
    comment(oldest, bot, bodyOf())
    for (let count = 0; count < 110; count += 1) open(`branch-${count}`, HEAD)
    const deployed = { keys: ['high-value'], except: null, status: '> **Outdated**' }
    expect(await outdateOthers(forge(), { ...subject, author: bot }, deployed)).toEqual([oldest])
    expect(readHeader(bodies(oldest)[0] ?? '')).toMatchObject({ status: 'outdated' })
  })

  describe('the reviewed plan', () => {
    const merged = async (header: Partial<PlanHeader> | null) => {
      const { forge, open, bot, comment, merge } = await at()
      const pullRequest = open('edit', HEAD)
      if (header !== null) comment(pullRequest, bot, bodyOf(header))
      merge(pullRequest, MERGED)
      return reviewedPlan(forge(), { ...subject, author: bot }, MERGED)
    }

    test('is the one in the pull request that was merged as this commit', async () => {
      expect(await merged({})).toMatchObject({ found: true, pullRequest: { number: 1 }, comment: { header: HEADER } })
    })

    test.each([
      ['of an older commit', { commit: '3'.repeat(40) }, 'but 111111111111 was merged'],
      ['of another environment', { environment: 'test' }, 'has no plan for live'],
      ['of another project', { project: 'other' }, 'has no plan for live'],
      ['that was not saved', { file_sha256: null }, 'was not saved'],
    ])('is none %s', async (_, header, reason) => {
      expect(await merged(header)).toMatchObject({ found: false, reason: expect.stringContaining(reason) })
    })

    test('is none without a comment, nor of a commit that was pushed directly', async () => {
      expect(await merged(null)).toMatchObject({ found: false })
      const { forge, bot, open, comment } = await at()
      comment(open('edit', HEAD), bot, bodyOf())
      for (const commit of [HEAD, MERGED]) {
        const reviewed = await reviewedPlan(forge(), { ...subject, author: bot }, commit)
        expect(reviewed).toMatchObject({ found: false, pullRequest: null })
      }
    })
  })

  test('comments are found on whatever page they stand', async () => {
    const { forge, open, bot, comment } = await at()
    const pullRequest = open('edit', HEAD)
    for (let count = 0; count < 120; count += 1) comment(pullRequest, 'somebody', 'talk')
    comment(pullRequest, bot, bodyOf())
    expect(await planComments(forge(), { ...subject, pullRequest, author: bot })).toHaveLength(1)
  })
})
