import { leavesOf } from '../model/leaves.js'
import type { FlowVersion, VerificationFlow } from '../model/resources.js'
import { someAtOnce } from '../model/some-at-once.js'
import type { DesiredFlow } from '../model/state.js'
import { type BlamedFlow, blame } from '../plan/blame.js'
import { describeConflict } from '../plan/conflict.js'
import { diff } from '../plan/diff.js'
import { saidAt } from '../plan/locate.js'
import { pair } from '../plan/pair.js'
import { deploymentOf } from '../remote/deployments.js'
import type { RemoteReader } from '../remote/remote.js'
import { versionsOf } from '../remote/versions.js'
import { fieldPlace } from './plan.js'
import type { Definitions } from './project/definitions.js'
import { checkedDefinitions } from './project/sources.js'
import { reading, type Site } from './site.js'

/** How many deployments are fetched at once. */
const AT_ONCE = 6

/** Which deployment, commit or edit outside git last changed each field of a flow. */
export function blameFlow(site: Site, idOrKey: string): Promise<BlamedFlow> {
  const definitions = checkedDefinitions(site.project, site.target.name)
  const [project, environment] = [site.project.config.project, site.target.name]
  return reading(site, (reader) => blamedBy(reader, idOrKey, environment, { definitions, project }))
}

async function blamedBy(
  reader: RemoteReader,
  idOrKey: string,
  environment: string,
  { definitions, project }: Defined,
): Promise<BlamedFlow> {
  const flow = await reader.retrieveFlow(idOrKey)
  const config = configOf(flow)
  const fields = leavesOf(config)
  const search = blame(fields.keys())
  for await (const version of versionsOf(reader, flow.id)) if (search.see(version)) break
  const found = search.found()
  const versions = [...new Map([...found.values()].map((version) => [version.version, version])).values()]
  const made = await someAtOnce(versions, AT_ONCE, (version) => deploymentOf(reader, version))
  const deployments = new Map(versions.map(({ version }, index) => [version, made[index] ?? null]))
  const { definition, conflict } = await definitionOf(reader, flow.id, definitions.desired(environment), project)
  const undeployed = new Map(definition && diff(config, definition.config).map(({ path, after }) => [path, after]))
  const { id, key, livemode, version } = flow
  const file = definition?.file ?? ''
  return {
    environment,
    livemode,
    id,
    key,
    version,
    conflict,
    source: definition ? { file: definition.file, line: definitions.bodyLine(definition.file) } : null,
    fields: [...fields].map(([path, value]) => {
      const changed = causeOf(found, path)
      const deployment = deployments.get(changed.version)
      return {
        path,
        value,
        ...(undeployed.has(path) && { defined: undeployed.get(path) ?? null }),
        ...saidAt(definition ? fieldPlace(definitions.locate(definition.file, environment, path)) : null, file),
        changed: {
          version: changed.version,
          action: changed.action,
          actor: changed.actor,
          created: changed.created,
        },
        deployment: deployment ? { id: deployment.id, source: deployment.source } : null,
      }
    }),
  }
}

interface Defined {
  readonly definitions: Definitions
  readonly project: string
}

/** The definition of a flow, found as plan finds it. If keys were exchanged, the flow's key leads to the wrong one. */
async function definitionOf(
  reader: RemoteReader,
  id: string,
  desired: readonly DesiredFlow[],
  project: string,
): Promise<{ definition: DesiredFlow | undefined; conflict: BlamedFlow['conflict'] }> {
  const { pairs, conflicts } = pair(desired, await reader.state(project), project)
  const paired = pairs.find(({ observed }) => observed?.id === id)
  if (paired) return { definition: paired.desired, conflict: null }
  const conflict = conflicts.find(({ withheld }) => withheld.some((one) => one.id === id))
  if (conflict === undefined) return { definition: undefined, conflict: null }
  const deployedAs = conflict.withheld.find((one) => one.id === id)?.applied_key ?? null
  const own = desired.find(({ key, renamedFrom }) => deployedAs !== null && [key, renamedFrom].includes(deployedAs))
  const definition = own ?? (conflict.code === 'KEY_OF_OTHER_FLOW' ? undefined : conflict.desired)
  return { definition, conflict: describeConflict(conflict) }
}

function causeOf(found: ReadonlyMap<string, FlowVersion>, path: string): FlowVersion {
  const version = found.get(path)
  if (version === undefined) throw new Error('the flow has no versions')
  return version
}

function configOf(flow: VerificationFlow): FlowVersion['config'] {
  const { name, description, type, options, stripe_flow, return_url, static_link, metadata } = flow
  const { active } = static_link
  return {
    name,
    description,
    type,
    options,
    ...(stripe_flow !== undefined && { stripe_flow }),
    return_url,
    static_link: { active },
    metadata,
    protected: flow.protected,
  }
}
