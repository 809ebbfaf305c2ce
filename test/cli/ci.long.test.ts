import { expect, test } from 'vitest'
import { describe as described } from '../../src/cli/program/report.js'
import { isCi, processTerminal } from '../../src/cli/program/terminal.js'
import { forgeOf, telling } from '../../src/cli/review/forge.js'
import { http } from '../../src/remote/http/http.js'
import { aDefinition, aProject, ended, startOnTerminal } from '../helpers/cli.js'
import { aClosedPort } from '../remote/web-server.js'
import { aDeployment, creating } from '../service/deployment-requests.js'

test('a CI job says so by CI, and CI=false is none', () => {
  for (const CI of ['true', '1', 'woodpecker']) expect(isCi({ CI })).toBe(true)
  for (const CI of ['false', 'FALSE', '0', 'no', '', undefined]) expect(isCi({ CI })).toBe(false)
})

test('a person on a terminal is asked, and a CI job that has one is not', async () => {
  const cwd = aProject({ a: aDefinition('A') })
  for (const CI of ['false', '0', '', '1', 'true']) {
    const isJob = CI === '1' || CI === 'true'
    const child = startOnTerminal(['apply'], { cwd, env: { CI } })
    const { code, stdout } = await ended(child, isJob ? '' : 'n\r')
    expect([CI, code, stdout.includes('[y/N]')]).toEqual([CI, isJob ? 64 : 1, !isJob])
  }
})

test('only what may have written something is said to be safe to run again', async () => {
  const url = await aClosedPort()
  const remote = http({ api: url, apiKey: 'sk_test_averysecretkey' })
  const hintOf = (work: Promise<unknown>) =>
    work.then(
      () => 'an answer',
      (error: unknown) => described(error).hint,
    )
  expect(await hintOf((await remote.reader()).listFlows())).toBeUndefined()
  expect(await hintOf((await remote.writer()).deploy(aDeployment([creating('a')])))).toMatch(/again is safe/)
  const env = { GITHUB_REPOSITORY: 'acme/flows', GITHUB_TOKEN: 'token', GITHUB_API_URL: url }
  const forge = forgeOf({ ...processTerminal(false), env })
  expect(await hintOf(telling(() => forge.pullRequestsOf('0'.repeat(40)), true))).toBeUndefined()
  expect(await hintOf(telling(() => forge.pullRequestsOf('0'.repeat(40))))).toMatch(/again is safe/)
})
