import { reading } from '../../../app/site.js'
import type { Deployment } from '../../../model/deployment.js'
import { toDotted } from '../../../model/json-pointer.js'
import { leavesOf } from '../../../model/leaves.js'
import type { VerificationFlow } from '../../../model/resources.js'
import { RemoteError } from '../../../remote/remote.js'
import { deploymentText } from '../../../render/history/deployment.js'
import { deploymentJson } from '../../../render/history/json.js'
import type { Palette } from '../../../render/palette.js'
import { modeName } from '../../../render/plan/summary.js'
import { formatTime, formatValue, padEnd, printable } from '../../../text/text.js'
import { formatOptions, jsonText, type Views, viewOf } from '../../options/format.js'
import { environmentOption, siteOf } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'

type Found = { readonly environment: string } & (
  | { readonly flow: VerificationFlow }
  | { readonly deployment: Deployment }
)

const VIEWS: Views<Found, 'human' | 'json'> = {
  human: ({ show, palette }, found) =>
    show(
      'flow' in found
        ? flowText(found.flow, found.environment, palette)
        : deploymentText(found.deployment, found.environment, palette),
    ),
  json: ({ result }, found, exitCode) =>
    result('flow' in found ? jsonText(found.flow) : deploymentJson(found.deployment, exitCode)),
}

const { format, json } = formatOptions(VIEWS)

export const show: Define = (command, run) => {
  command
    .argument('<flow or deployment>', 'key or id of the flow; id of the deployment (vfd_...)')
    .addOption(environmentOption)
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      examples(
        ['One flow, by key', 'flows show high-value'],
        ['What a deployment did, field by field', 'flows show vfd_... --env live'],
        ['Its id, for an application', 'flows show high-value --env live --json | jq -r .id'],
      ),
    )
    .action((flow, options) =>
      run(async (cli) => {
        const site = siteOf(cli, options.env)
        const found = await reading(site, async (reader) => {
          const deployment = async () => ({ deployment: await reader.retrieveDeployment(flow) })
          if (isDeploymentId(flow)) return deployment()
          return reader.retrieveFlow(flow).then(
            (found) => ({ flow: found }),
            (error) => (isMissing(error) && looksLikeDeployment(flow) ? deployment() : Promise.reject(error)),
          )
        })
        return viewOf(options, VIEWS)(cli, { ...found, environment: site.target.name })
      }),
    )
}

/** A flow whose key looks like this must be shown by its id. */
function isDeploymentId(text: string): boolean {
  return /^vfd_[0-9a-z]{24}$/.test(text)
}

/** A flow's key may begin like this too. But if there is no such flow, the user meant a deployment. */
function looksLikeDeployment(text: string): boolean {
  return text.startsWith('vfd_')
}

function isMissing(error: unknown): boolean {
  return error instanceof RemoteError && error.kind === 'not_found'
}

function flowText(flow: VerificationFlow, environment: string, palette: Palette): string {
  const { name, description, type, options, stripe_flow, return_url, metadata } = flow
  const bound = stripe_flow !== undefined && { stripe_flow }
  const link = { active: flow.static_link.active }
  const config = { name, description, type, options, ...bound, return_url, static_link: link }
  const rows = [
    ['id', flow.id],
    ['status', flow.status],
    ['project', flow.project ?? 'none: nobody manages this flow'],
    ['version', `${flow.version}, ${formatTime(flow.updated)}, by ${flow.updated_by ?? 'someone'}`],
    ['static link', flow.static_link.active ? flow.static_link.url : 'not active'],
    ...[...leavesOf({ ...config, metadata, protected: flow.protected })].map(([path, value]) => [
      toDotted(path),
      formatValue(value),
    ]),
  ] as const
  const width = Math.max(...rows.map(([label = '']) => label.length))
  const lines = rows.map(([label = '', value = '']) => `  ${palette.dim(padEnd(label, width))}  ${printable(value)}`)
  const title = `Flow ${printable(flow.key)} in ${printable(environment)} (${modeName(flow.livemode)})`
  return `${palette.bold(title)}\n${lines.join('\n')}\n`
}
