import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, expectTypeOf, test } from 'vitest'
import * as library from '../../src/index.js'
import {
  type Deployment,
  type FileEdit,
  loadProject,
  type Outcome,
  type SavedPlan,
  type Site,
  targetNamed,
} from '../../src/index.js'
import { temporaryProject } from '../helpers/temporary-project.js'

const { applyProject, applyReviewed, blameFlow, driftOfProject, editsToPull, embedded, historyOf } = library
const { openForEdits, planProject, readSavedPlan, reading, savePlan, writeEdits } = library

const SIGN_UP = `name: Sign-up
type: document
options: { document: { require_live_capture: true, require_matching_selfie: true } }
`

/** A project of one flow, and how a program of one's own reaches its flows. */
function aSite(): Site & { readonly root: string; readonly told: string[] } {
  const root = temporaryProject({ 'flows/sign-up.yaml': SIGN_UP })
  const { project } = loadProject(join(root, 'flows.config.yaml'))
  if (project === undefined) throw new Error('the configuration is valid')
  const told: string[] = []
  const tell = (message: string) => void told.push(message)
  return {
    root,
    told,
    project,
    target: targetNamed(project, 'local'),
    connect: async () => embedded({ file: join(root, '.flows/store.sqlite'), actor: 'a program' }),
    env: {},
    reporter: { warn: tell, note: tell },
  }
}

function deploymentOf(outcome: Outcome): Deployment {
  if (outcome.status !== 'applied' && outcome.status !== 'applied_already') throw new Error(outcome.status)
  return outcome.deployment
}

async function saved(site: ReturnType<typeof aSite>): Promise<SavedPlan> {
  const file = join(site.root, 'plan.json')
  savePlan(file, (await planProject(site, { toReview: true })).plan)
  return readSavedPlan(readFileSync(file, 'utf8'), file)
}

test('a program does with the library all that is done between an edit and its way back', async () => {
  const site = aSite()
  const key = 'sign-up'

  // What is reviewed is what is applied, once.
  const first = await saved(site)
  expect(first.changes.map(({ action, key }) => `${action} ${key}`)).toEqual(['create sign-up'])
  const deployment = deploymentOf(await applyReviewed(site, site.project, first))
  expect(await applyReviewed(site, site.project, first)).toMatchObject({
    status: 'applied_already',
    deployment: { id: deployment.id },
  })
  expect(await applyProject(site)).toMatchObject({ status: 'nothing_to_do' })

  // A plan that would do something else by now is not written.
  writeFileSync(join(site.root, 'flows/sign-up.yaml'), SIGN_UP.replace('selfie: true', 'selfie: false'))
  const second = await saved(site)
  const declined = await applyProject(site, {}, { agreed: async () => false })
  expect(declined.status).toBe('declined')
  const weakening = await applyProject(site)
  expect(deploymentOf(weakening).changes).toHaveLength(1)
  writeFileSync(join(site.root, 'flows/sign-up.yaml'), SIGN_UP)
  await applyProject(site)
  expect(await applyReviewed(site, site.project, second)).toMatchObject({ status: 'applied_already' })

  // What was, who did it, and what nobody did outside git.
  const history = await reading(site, (reader) => historyOf(reader, 'acme-kyc', { limit: 2 }))
  expect(history).toMatchObject({ deployments: [{ actor: 'a program' }, { actor: 'a program' }], hasMore: true })
  const blamed = await blameFlow(site, key)
  expect(blamed.fields.find(({ path }) => path.endsWith('/require_matching_selfie'))?.changed.version).toBe(3)
  expect((await driftOfProject(site)).flows).toEqual([])

  // The way back: the definitions as the second deployment left them.
  const editing = await openForEdits(site)
  const { edits } = await editsToPull(editing, { keys: [], all: true, at: deploymentOf(weakening).id })
  expectTypeOf(edits).toEqualTypeOf<readonly FileEdit[]>()
  writeEdits(site.project, edits)
  expect(readFileSync(join(site.root, 'flows/sign-up.yaml'), 'utf8')).toContain('require_matching_selfie: false')
  expect(site.told).toEqual([])
})

test('what stops a use case is a value that a program can tell apart, and nothing is printed or ended', async () => {
  const site = aSite()
  const other = { ...(await saved(site)), project: 'other' }
  await expect(applyReviewed(site, site.project, other)).rejects.toMatchObject({
    name: 'Failure',
    code: 'plan_of_other_project',
  })
  const { plan } = await planProject(site)
  expect(() => readSavedPlan(JSON.stringify(plan), 'printed.json')).toThrow(library.Failure)
  writeFileSync(join(site.root, 'flows/sign-up.yaml'), 'name: 7\n')
  await expect(planProject(site)).rejects.toBeInstanceOf(library.InvalidDefinitions)
})
