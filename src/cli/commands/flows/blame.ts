import type { Definitions } from '../../../app/project/definitions.js'
import { leavesOf } from '../../../model/leaves.js'
import type { FlowVersion, VerificationFlow } from '../../../model/resources.js'
import type { DesiredFlow } from '../../../model/state.js'
import { blame as blamed } from '../../../plan/blame.js'
import { describeConflict } from '../../../plan/conflict.js'
import { diff } from '../../../plan/diff.js'
import { pair } from '../../../plan/pair.js'
import { deploymentOf } from '../../../remote/deployments.js'
import type { RemoteReader } from '../../../remote/remote.js'
import { someAtOnce, versionsOf } from '../../../remote/versions.js'
import { type BlamedFlow, blameText } from '../../../render/history/blame.js'
import { reading } from '../../options/environment.js'
import { chosenFormat, formatOptions, jsonText } from '../../options/format.js'
import { checkedDefinitions, environmentOption, openProject } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'

const { format, json } = formatOptions(['human', 'json'])
/** How many deployments are asked for at once. */
const AT_ONCE = 6

export const blame: Define = (command, run) => {
  command
    .argument('<flow>', 'key or id of the flow')
    .addOption(environmentOption)
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      examples(
        ['Which deployment, commit or edit last changed each field', 'flows blame high-value --env live'],
        ['What that deployment did', 'flows show vfd_...'],
      ),
    )
    .action((flow, options) =>
      run(async (cli) => {
        const project = openProject(cli)
        const definitions = checkedDefinitions(project)
        const told = await reading(cli, options.env, (reader, environment) =>
          blameOf(reader, flow, environment, { definitions, project: project.config.project }),
        )
        const { terminal } = cli
        if (chosenFormat(options) === 'json') {
          terminal.result(jsonText({ format: 'flows.blame', format_version: '1.0', ...told, exit_code: ExitCode.ok }))
        } else terminal.show(blameText(told, terminal.palette))
        return ExitCode.ok
      }),
    )
}

async function blameOf(
  reader: RemoteReader,
  idOrKey: string,
  environment: string,
  { definitions, project }: Defined,
): Promise<BlamedFlow> {
  const flow = await reader.retrieveFlow(idOrKey)
  const config = configOf(flow)
  const fields = leavesOf(config)
  const search = blamed(fields.keys())
  for await (const version of versionsOf(reader, flow.id)) if (search.see(version)) break
  const found = search.found()
  const versions = [...new Map([...found.values()].map((version) => [version.version, version])).values()]
  const made = await someAtOnce(versions, AT_ONCE, (version) => deploymentOf(reader, version))
  const deployments = new Map(versions.map(({ version }, index) => [version, made[index] ?? null]))
  const { definition, conflict } = await definitionOf(reader, flow.id, definitions.desired(environment), project)
  const undeployed = new Map(definition && diff(config, definition.config).map(({ path, after }) => [path, after]))
  const { id, key, livemode, version } = flow
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
        line: definition ? (definitions.locate(definition.file, environment, path)?.line ?? null) : null,
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

/** The definition of a flow, found as plan finds it: where keys were exchanged, not the one that has its key now. */
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
  const { name, description, type, options, return_url, static_link, metadata } = flow
  const { active } = static_link
  return {
    name,
    description,
    type,
    options,
    return_url,
    static_link: { active },
    metadata,
    protected: flow.protected,
  }
}
