import { join } from 'node:path'
import { expect, test } from 'vitest'
import { applyProject } from '../../src/app/apply-project.js'
import { planProject } from '../../src/app/plan-project.js'
import { type Site, targetNamed } from '../../src/app/site.js'
import { embedded } from '../../src/remote/embedded/embedded.js'
import { projectAt, temporaryProject, writeFiles } from '../helpers/temporary-project.js'
import { aDeployment, creating } from '../service/deployment-requests.js'

/** A project over an embedded store, which notes how each question for the whole state is answered. */
function aSite(files: Readonly<Record<string, string>>): Site & { readonly root: string; readonly answers: string[] } {
  const root = temporaryProject(files)
  const project = projectAt(root)
  const remote = embedded({ file: join(root, '.flows/store.sqlite'), actor: 'tester' })
  const answers: string[] = []
  const reader = async () => {
    const real = await remote.reader()
    const observe: typeof real.observe = async (...asked) => {
      const answer = await real.observe(...asked)
      answers.push(answer.status)
      return answer
    }
    return { ...real, observe }
  }
  const connect = async () => ({ ...remote, reader })
  const reporter = { warn: () => {}, note: () => {} }
  return { root, answers, project, target: targetNamed(project, 'local'), connect, env: {}, reporter }
}

const FILES = {
  'flows/a.yaml': 'name: A\ntype: document\n',
  'flows/b.yaml': 'name: B\ntype: document\n',
}

test('the plan after an apply reads no flows, and says the same as one that reads them', async () => {
  const site = aSite(FILES)
  await applyProject(site)
  await planProject(site)
  writeFiles(site.root, { 'flows/a.yaml': 'name: Another\ntype: document\n' })
  await applyProject(site)
  const { plan } = await planProject(site)
  expect(site.answers).toEqual(['modified', 'not_modified', 'modified', 'not_modified'])
  writeFiles(site.root, { 'flows/a.yaml': 'name: Another \ntype: document\n' })
  expect((await planProject(site)).plan).toEqual(plan)
  expect(site.answers.at(-1)).toBe('modified')
})

test('what another wrote before the first deployment is noticed, too', async () => {
  const site = aSite(FILES)
  const another = async () => {
    const other = await (await site.connect(site.project, site.target)).writer()
    await other.deploy(aDeployment([creating('c')], { project: 'other' }))
    await other.close()
  }
  await applyProject(site, {}, { agreed: () => another().then(() => true) })
  await planProject(site)
  expect(site.answers).toEqual(['modified', 'modified'])
})

test('what another wrote between the plan and its deployment is noticed by the next plan', async () => {
  const site = aSite(FILES)
  await applyProject(site)
  writeFiles(site.root, { 'flows/a.yaml': 'name: Another\ntype: document\n' })
  const another = async () => {
    const other = await (await site.connect(site.project, site.target)).writer()
    await other.rotateLink('b')
    await other.close()
  }
  const outcome = await applyProject(site, {}, { agreed: () => another().then(() => true) })
  expect(outcome.status).toBe('applied')
  await planProject(site)
  expect(site.answers).toEqual(['modified', 'modified', 'modified'])
})

test('what policies say about the flows that an apply leaves is asked for again', async () => {
  const policy = 'require: flow.name != ""\nmessage: a flow has a name\n'
  const site = aSite({ ...FILES, 'policies/named.yaml': policy })
  await applyProject(site)
  await planProject(site)
  expect(site.answers).toEqual(['modified', 'modified'])
})
