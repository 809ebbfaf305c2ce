import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { type PlanHeader, readHeader } from '../src/forge/header.js'
import { aHostedRepository, TOKEN } from './forge/hosted-repository.js'
import { INSTALLED } from './forge/run-action.js'
import { aFolder, flowsProcess, type Run } from './helpers/cli.js'
import { aFleet } from './service/fleet.js'
import { storeOfTheLane } from './store/stores.js'

const FILE = 'flows/sign-up.yaml'

describe.each(storeOfTheLane)('with the service on $name', (implementation) => {
  test('a change goes from a branch to the flows and back, and what people edit by hand meanwhile is never lost or overrun', async () => {
    const service = await aFleet(implementation, 1)
    const [api = ''] = service.urls()
    const [secret, planKey, applyKey] = (await Promise.all([
      service.keyWith('--name', 'dashboard', '--mode', 'live'),
      service.keyWith('--name', 'ci-plan', '--mode', 'live', '--scope', 'flows:read'),
      service.keyWith('--name', 'ci-apply', '--mode', 'live', '--scope', 'flows:read', 'deployments:write'),
    ])) as [string, string, string]
    const ask = (method: string, path: string, body?: string) =>
      service.ask(method, path, body, { authorization: `Bearer ${secret}` })
    const state = () => ask('GET', '/v2/identity/flow_state?project=acme-kyc')
    const flow = async () => (await ask('GET', '/v1/identity/verification_flows')).data[0]
    const edit = async (body: string) => ask('POST', `/v1/identity/verification_flows/${(await flow()).id}`, body)
    const deployments = async () =>
      (await ask('GET', '/v2/identity/flow_deployments?project=acme-kyc')).data.map(({ id }: { id: string }) => id)

    const repository = await aHostedRepository()
    const { github, origin, artifacts } = repository
    const { root, git } = repository.clone()
    const said: string[] = []
    const job = async (inputs: Record<string, string>, key: string, pull?: ReturnType<typeof repository.open>) => {
      const run = await repository.job(inputs, { env: { FLOWS_LIVE_KEY: key }, ...(pull && { pull }) })
      said.push(run.stdout, run.stderr, run.summary)
      return run
    }
    /** By hand, with the key that only reads unless another one is given. */
    const cli = async (args: readonly string[], key = planKey): Promise<Run> => {
      const run = await flowsProcess(args, { cwd: root, env: { FLOWS_LIVE_KEY: key } })
      said.push(run.stdout, run.stderr)
      return run
    }
    const push = (branch: string, message: string, text?: string) => {
      if (branch !== 'main') git('checkout', '--quiet', '-B', branch)
      if (text !== undefined) writeFileSync(join(root, FILE), text)
      git('add', '.')
      git('commit', '--quiet', '--allow-empty', '-m', message)
      git('push', '--quiet', 'origin', branch)
      return git('rev-parse', 'HEAD')
    }
    const pullMain = () => {
      git('checkout', '--quiet', 'main')
      git('pull', '--quiet', '--ff-only', 'origin', 'main')
    }
    const definition = () => readFileSync(join(root, FILE), 'utf8')
    const comment = (number: number) => {
      const [own, ...more] = github.comments.filter(({ issue }) => issue === number)
      expect(more).toEqual([])
      return { header: readHeader(own?.body ?? '') as PlanHeader, body: own?.body ?? '' }
    }

    // A project starts, and its first push is applied.
    expect(await cli(['init', '--project', 'acme-kyc', '--api', api])).toMatchObject({ code: 0 })
    const action = readFileSync(join(root, '.github/actions/flows/action.yml'), 'utf8')
    expect(action.slice(action.indexOf('\n') + 1)).toBe(readFileSync('action.yml', 'utf8'))
    writeFileSync(join(root, 'package-lock.json'), INSTALLED['package-lock.json'] ?? '')
    const started = push('main', 'Start')
    const first = await job({ command: 'apply', 'allow-unreviewed': 'true' }, applyKey)
    expect(first, first.stderr).toMatchObject({ code: 0 })
    const undoTo = first.outputs.apply?.deployment ?? ''
    expect(await deployments()).toEqual([undoTo])
    expect(await flow()).toMatchObject({
      key: 'sign-up',
      name: 'Sign-up',
      options: { document: { require_live_capture: true, require_matching_selfie: true } },
    })

    // A branch weakens the flow; the job with the key that only reads shows the plan in the pull request.
    const strong = definition()
    const weak = strong.replace('require_live_capture: true', 'require_live_capture: false # old phones')
    const head = push('old-phones', 'Let old phones in', weak)
    const pull = repository.open('old-phones')
    const plan = { command: 'plan', allow: 'weaken=sign-up' }
    const planned = await job(plan, planKey, pull)
    expect(planned, planned.stderr).toMatchObject({ code: 0 })
    expect(planned.stdout).toContain(`::warning file=${FILE},line=8,title=update sign-up`)
    const reviewed = comment(pull.number)
    expect(reviewed.header).toMatchObject({ status: 'planned', commit: head, run_id: '102', keys: ['sign-up'] })
    expect(reviewed.body).toContain('| update | <code>sign-up</code> | weakens |')
    expect(reviewed.body).toContain('+ options.document.require_live_capture: false')
    expect(planned.summary).toContain('### Flows plan')
    const kept = JSON.parse(
      artifacts.get(`102/flows-plan.acme-kyc.live.${head}`)?.get('flows-plan.acme-kyc.live.json') ?? '{}',
    )
    expect(kept.digest).toBe(reviewed.header.digest)

    // Meanwhile somebody renames the flow by hand, and the pull request is merged: apply refuses, and writes nothing.
    await edit('name=Sign-up+by+hand')
    const before = await state()
    repository.merge(pull)
    const apply = { command: 'apply', allow: 'weaken=sign-up' }
    const stale = await job(apply, applyKey)
    expect(stale.code).toBe(4)
    const [approved = '', today = ''] = stripVTControlCharacters(stale.stderr).split('  today ')
    expect(approved).toMatch(/^ {2}approved {2}~ update sign-up {2}\(weakens\)/m)
    expect(approved).toMatch(/require_live_capture +true → false/)
    expect(approved).not.toContain('Sign-up by hand')
    expect(today).toMatch(/name +"Sign-up by hand" → "Sign-up" +# edited outside git/)
    expect(today).toMatch(/require_live_capture +true → false/)
    expect(await state()).toEqual(before)
    expect(await deployments()).toEqual([undoTo])
    expect(comment(pull.number).header).toMatchObject({ status: 'outdated', digest: reviewed.header.digest })

    // A new plan is reviewed and applied, once.
    pullMain()
    push('plan-again', 'Plan again')
    const again = repository.open('plan-again')
    const replanned = await job(plan, planKey, again)
    expect(replanned, replanned.stderr).toMatchObject({ code: 0 })
    expect(comment(again.number).body).toContain('Sign-up by hand')
    repository.merge(again)
    // What the saved plan lifts does not count: the job that was merged has to lift it.
    expect(await job({ command: 'apply' }, applyKey)).toMatchObject({ code: 5 })
    const applied = await job(apply, applyKey)
    expect(applied, applied.stderr).toMatchObject({ code: 0 })
    const deployment = applied.outputs.apply?.deployment ?? ''
    expect(await deployments()).toEqual([deployment, undoTo])
    expect(await flow()).toMatchObject({ name: 'Sign-up', options: { document: { require_live_capture: false } } })
    expect(comment(again.number).header).toMatchObject({ status: 'applied', deployment })
    expect(await job(apply, applyKey)).toMatchObject({ code: 0, outputs: { apply: { deployment } } })
    expect(await deployments()).toEqual([deployment, undoTo])
    expect(comment(again.number).header).toMatchObject({ status: 'applied', deployment })

    // Somebody edits by hand once more: the job on a schedule opens a pull request with that, and only once.
    await edit('description=Customers+in+Europe')
    expect(await cli(['drift', '--env', 'live'])).toMatchObject({ code: 2 })
    const drifted = await job({ command: 'drift' }, planKey)
    expect(drifted, drifted.stderr).toMatchObject({ code: 0 })
    const found = github.pulls.find((one) => one.head.ref === 'flows/drift/acme-kyc/live')
    if (found === undefined) throw new Error('no pull request')
    const tip = origin('rev-parse', 'flows/drift/acme-kyc/live')
    expect(origin('diff', '--name-only', `main...${tip}`)).toBe(FILE)
    expect(`${origin('show', `${tip}:${FILE}`)}\n`).toBe(
      `${weak}environments:\n  live:\n    description: Customers in Europe\n`,
    )
    const opened = { ...found }
    expect(await job({ command: 'drift' }, planKey)).toMatchObject({ code: 0 })
    expect(origin('rev-parse', 'flows/drift/acme-kyc/live')).toBe(tip)
    expect(github.pulls.at(-1)).toEqual(opened)
    repository.merge(found)
    const nothing = await job({ command: 'apply' }, applyKey)
    expect(nothing).toMatchObject({ code: 0 })
    expect(nothing.stdout).toContain('1 recorded as edited')
    const told = await cli(['history', '--env', 'live', '--limit', '1'])
    expect(told.stdout, 'called the same wherever it is told').toContain('1 recorded as edited')
    pullMain()
    expect(await cli(['drift', '--env', 'live'])).toMatchObject({ code: 0 })
    // Nothing changed; that git says the same is in the history.
    const [recorded, ...earlier] = await deployments()
    expect(earlier).toEqual([deployment, undoTo])

    // Undo: the definitions as the first deployment left the flows are an ordinary change, planned and applied.
    const history = JSON.parse((await cli(['history', '--env', 'live', '--json'])).stdout)
    expect(
      history.deployments.map(({ id, source }: { id: string; source: { commit: string } }) => [id, source.commit]),
    ).toEqual([
      [recorded, git('rev-parse', 'HEAD')],
      [deployment, again.head.sha],
      [undoTo, started],
    ])
    expect(await cli(['pull', '--env', 'live', '--at', undoTo])).toMatchObject({ code: 0 })
    expect(git('diff', '--name-only')).toBe(FILE)
    // Live gets back what it had, and no other environment is touched.
    expect(definition()).toBe(
      `${weak}environments:\n  live:\n    options: { document: { require_live_capture: true } }\n`,
    )
    const undone = push('main', 'Undo')
    const undo = join(aFolder(), 'undo.json')
    expect(await cli(['plan', '--env', 'live', '--out', undo])).toMatchObject({ code: 0 })
    expect(await cli(['apply', undo], applyKey)).toMatchObject({ code: 0 })
    const all = await deployments()
    expect(all).toHaveLength(4)
    expect(await flow()).toMatchObject({
      name: 'Sign-up',
      description: 'New customers.',
      options: { document: { require_live_capture: true, require_matching_selfie: true } },
    })
    const blame = JSON.parse((await cli(['blame', 'sign-up', '--env', 'live', '--json'])).stdout)
    const causes = Object.fromEntries(
      blame.fields.map(
        ({ path, deployment: one }: { path: string; deployment: { id: string; source: { commit: string } } }) => [
          path,
          [one.id, one.source.commit],
        ],
      ),
    )
    expect(causes).toMatchObject({
      '/options/document/require_live_capture': [all[0], undone],
      '/description': [all[0], undone],
      '/name': [deployment, again.head.sha],
      '/options/document/require_matching_selfie': [undoTo, started],
    })

    // No key was told to anybody on the way.
    const objects = origin('cat-file', '--batch-all-objects', '--batch', '--buffer')
    const files = [...artifacts.values()].flatMap((one) => [...one.values()])
    const everything = [...said, ...files, objects, JSON.stringify([github.comments, github.pulls])].join('\n')
    for (const key of [secret, planKey, applyKey, service.key, TOKEN]) {
      expect(key).not.toBe('')
      expect(everything).not.toContain(key)
    }
  })
})
