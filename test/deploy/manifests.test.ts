import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Command } from '@commander-js/extra-typings'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { serve } from '../../src/cli/commands/service/serve.js'
import { COMMANDS } from '../../src/cli/program/table.js'
import { settingsOf, settle } from '../../src/cli/service/settings.js'
import { stagesOf } from './containerfile.js'

const KUBERNETES = 'docs/deploy/kubernetes'

// biome-ignore lint/suspicious/noExplicitAny: documents of other programs, read field by field
type Any = any

/** Every object of the manifests. */
const objects: Any[] = readdirSync(KUBERNETES)
  .filter((file) => !['kustomization.yaml', 'settings.yaml'].includes(file))
  .flatMap((file) => parseAllDocuments(readFileSync(`${KUBERNETES}/${file}`, 'utf8')).map((one) => one.toJS()))
const workloads = objects.filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
const kustomization: Any = parse(readFileSync(`${KUBERNETES}/kustomization.yaml`, 'utf8'))
const compose: Any = parse(readFileSync('compose.yaml', 'utf8'), { merge: true })
const unit = readFileSync('docs/deploy/flows.service', 'utf8')

/** Variables that the service reads, each also with _FILE. */
const VARIABLES = (() => {
  const command = new Command('serve')
  serve(command, async () => {})
  const names = [...settingsOf(command).map(({ variable }) => variable), 'DATABASE_URL', 'NODE_ENV']
  return new Set(names.flatMap((name) => [name, `${name}_FILE`]))
})()
const NAMES = new Set(COMMANDS.map(({ name }) => name))

describe('the image', () => {
  const image = stagesOf('Containerfile').at(-1)

  test('runs as a user who is not root, installs nothing in its last stage, and has a health check', () => {
    expect(image?.user).toMatch(/^[1-9]\d+:[1-9]\d+$/)
    expect(image?.runs).toEqual([])
    expect(image?.health[0]).toBe('node')
    for (const name of Object.keys(image?.env ?? {})) expect(VARIABLES).toContain(name)
  })

  test('is not given what a build makes or what is private to this checkout', () => {
    const ignored = readFileSync('.dockerignore', 'utf8').split('\n')
    for (const name of ['node_modules', 'dist', '.git', '.flows']) expect(ignored).toContain(name)
  })
})

describe('compose.yaml', () => {
  const { services } = compose

  test('migrates once the database is ready, and serves once that is done', () => {
    expect(services.migrate.depends_on).toEqual({ database: { condition: 'service_healthy' } })
    expect(services.flows.depends_on.migrate).toEqual({ condition: 'service_completed_successfully' })
    expect([services.migrate.command, services.flows.command]).toEqual([['migrate'], ['serve']])
  })

  test('gives the service nothing that it does not need, and is reached from this machine alone', () => {
    for (const name of ['migrate', 'flows']) {
      expect(services[name]).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      })
    }
    expect(services.flows.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)])
    expect(services.database.ports).toBeUndefined()
  })

  test('names only variables that the service reads', () => {
    for (const name of Object.keys(services.flows.environment)) expect(VARIABLES).toContain(name)
  })
})

describe('the manifests for Kubernetes', () => {
  test('are all listed, and nothing else is', () => {
    const files = readdirSync(KUBERNETES).filter((file) => !['kustomization.yaml', 'settings.yaml'].includes(file))
    expect([...kustomization.resources].sort()).toEqual(files.sort())
    expect(objects.map(({ kind }) => kind).sort()).toEqual([
      'Deployment',
      'Job',
      'Namespace',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Service',
    ])
  })

  test.each(objects.map((object) => [object.kind, object]))('%s is valid for its API', async (kind, object) => {
    const api = object.apiVersion.includes('/') ? object.apiVersion : `/${object.apiVersion}`
    const models: Any = await import(`kubernetes-models/${api.replace(/^\//, '')}`)
    new models[kind](object).validate()
    expect(() => new models[kind]({ ...object, spec: 'x' }).validate()).toThrow()
  })

  test('run commands that there are, with variables that the service reads', () => {
    for (const { spec } of workloads) {
      for (const { args, env } of spec.template.spec.containers) {
        expect(NAMES).toContain(args[0])
        for (const { name } of env) expect(VARIABLES).toContain(name)
      }
    }
  })

  test('have settings that flows serve takes', () => {
    const command = new Command('serve').exitOverride()
    serve(command, async () => {})
    let options: Any
    command.action((_, self) => {
      settle(self, { env: {}, cwd: KUBERNETES }, 'settings.yaml')
      options = self.opts()
    })
    command.parse([], { from: 'user' })
    const { spec } = objects.find(({ kind }) => kind === 'Deployment').spec.template
    const ports = Object.fromEntries(spec.containers[0].ports.map((port: Any) => [port.name, port.containerPort]))
    expect(ports).toEqual({ http: options.port, metrics: options.metricsPort })
    // What is under way has ten seconds after the drain delay.
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(options.drainDelay + 10)
  })

  test('keep to the restricted standard for pods, with a read-only root file system', () => {
    for (const { spec } of workloads) {
      const pod = spec.template.spec
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      })
      for (const container of pod.containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
        expect(container.resources.limits.memory).toBeDefined()
        const volumes = new Set(pod.volumes.map(({ name }: Any) => name))
        for (const { name, readOnly } of container.volumeMounts)
          expect([volumes.has(name), readOnly]).toEqual([true, true])
      }
    }
  })

  test('probe the paths of the service, and select the pods that serve', () => {
    const { spec } = objects.find(({ kind }) => kind === 'Deployment')
    const [container] = spec.template.spec.containers
    expect(container.livenessProbe.httpGet.path).toBe('/healthz')
    expect(container.readinessProbe.httpGet.path).toBe('/readyz')
    const { labels } = spec.template.metadata
    const find = (kind: string) => objects.find((one) => one.kind === kind).spec
    expect(spec.selector.matchLabels).toEqual(labels)
    expect(find('Service').selector).toEqual(labels)
    expect(find('PodDisruptionBudget').selector.matchLabels).toEqual(labels)
    expect(find('NetworkPolicy').podSelector.matchLabels).toEqual(labels)
    expect(find('Job').template.metadata.labels).not.toEqual(labels)
  })
})

describe('the unit for systemd', () => {
  test('runs commands that there are, with variables that the service reads', () => {
    const lines = [...unit.matchAll(/^Exec\w+=\S+ (\w+)$/gm)].map(([, name]) => name)
    expect(lines).toEqual(['migrate', 'serve'])
    for (const name of lines) expect(NAMES).toContain(name)
    for (const [, name] of unit.matchAll(/^Environment=(\w+)=/gm)) expect(VARIABLES).toContain(name)
  })

  const analyze = '/usr/bin/systemd-analyze'
  test.skipIf(!existsSync(analyze))('is exposed little, as systemd judges it', () => {
    const args = ['security', '--offline=true', '--threshold=20', '--no-pager', 'docs/deploy/flows.service']
    // Exit code 1 if the exposure is above the threshold, which is ten times the level that it prints.
    execFileSync(analyze, args, { stdio: 'ignore' })
  })
})
