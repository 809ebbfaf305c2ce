import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { UnderWay } from '../../../src/terraform/plugin/under-way.js'

test('work ends as it does by itself, where nothing happens meanwhile', async () => {
  const underWay = new UnderWay()
  expect(await underWay.orCrash(Promise.resolve(1))).toBe(1)
  await expect(underWay.orCrash(Promise.reject(new Error('its own')))).rejects.toThrow('its own')
  underWay.crash(new Error('of nobody'))
})

test('a crash ends all work that is under way, and none that comes after', async () => {
  const underWay = new UnderWay()
  const waiting = [underWay.orCrash(new Promise(() => {})), underWay.orCrash(new Promise(() => {}))]
  underWay.crash(new Error('crashed'))
  for (const work of waiting) await expect(work).rejects.toThrow('crashed')
  expect(await underWay.orCrash(wait(5, 'after'))).toBe('after')
})

test('the end of all work is waited for, but not for ever', async () => {
  const underWay = new UnderWay()
  await underWay.ended(60_000)
  let done = false
  const work = underWay.orCrash(
    wait(30).then(() => {
      done = true
    }),
  )
  await underWay.ended(60_000)
  expect(done).toBe(true)
  await work
  void underWay.orCrash(new Promise(() => {}))
  await underWay.ended(5)
})
