import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { RemoteReader } from '../../src/remote/remote.js'
import { sparing } from '../../src/remote/sparing.js'

test('a sparing reader looks at a few at once, whoever fails, and at all in the end', async () => {
  let [underWay, most] = [0, 0]
  const seen: string[] = []
  const listFlowVersions = async (id: string) => {
    underWay += 1
    most = Math.max(most, underWay)
    await sleep(2)
    underWay -= 1
    seen.push(id)
    if (id.endsWith('7')) throw new Error(id)
    return { object: 'list', url: '/', has_more: false, data: [] }
  }
  const reader = sparing({ listFlowVersions } as unknown as RemoteReader, 6)
  const ids = Array.from({ length: 50 }, (_, index) => `vf_${index}`)
  const outcomes = await Promise.allSettled(ids.map((id) => reader.listFlowVersions(id)))
  expect(most).toBe(6)
  expect(seen.toSorted()).toEqual(ids.toSorted())
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(5)
})
