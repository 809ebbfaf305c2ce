import { badUsage, Failure } from '../../../app/failure.js'
import type { VerificationFlow } from '../../../model/resources.js'
import { printable } from '../../../text/text.js'
import { reading, writing } from '../../options/environment.js'
import { chosenFormat, formatOptions, jsonText } from '../../options/format.js'
import { environmentOption } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'

const { format, json } = formatOptions(['human', 'json'])

/**
 * Whether a link is active is part of the flow's definition: a command that changed it would make drift. The token in
 * the link is nobody's configuration, so that it can be made anew here.
 */
export const link: Define = (command, run) => {
  command
    .argument('<flow>', 'key or id of the flow')
    .addOption(environmentOption)
    .option('--rotate', 'make a new link; the old one is dead at once')
    .option('-y, --yes', 'rotate without asking; needed where nobody can answer')
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      `\nWhether a link is active stands in the definition, as static_link.active.\n${examples(
        ['The link of a flow', 'flows link high-value --env live'],
        ['A link that came into the wrong hands', 'flows link high-value --env live --rotate'],
      )}`,
    )
    .action((idOrKey, options) =>
      run(async (cli) => {
        const chosen = chosenFormat(options)
        const { env, rotate = false, yes = false } = options
        if (yes && !rotate) throw badUsage('--yes goes with --rotate')
        if (rotate && !yes) await confirm(cli, idOrKey, env)
        const { flow, environment } = rotate
          ? await writing(cli, env, async (writer, environment) => ({
              flow: await writer.rotateLink(idOrKey),
              environment,
            }))
          : await reading(cli, env, async (reader, environment) => ({
              flow: await reader.retrieveFlow(idOrKey),
              environment,
            }))
        const told = { flow, environment, isRotated: rotate }
        if (chosen === 'json') showJson(cli, told)
        else showHuman(cli, told)
        return ExitCode.ok
      }),
    )
}

interface Told {
  readonly flow: VerificationFlow
  readonly environment: string
  readonly isRotated: boolean
}

/** Asked with what the flow is called, after it was found: a mistyped key rotates nothing. */
async function confirm(cli: Cli, idOrKey: string, env: string | undefined): Promise<void> {
  const { terminal } = cli
  if (!terminal.isInteractive) {
    throw badUsage('nobody is there to confirm: nothing was changed', 'add --yes to rotate without asking')
  }
  const question = await reading(cli, env, async (reader, environment) => {
    const { key, static_link } = await reader.retrieveFlow(idOrKey)
    if (static_link.active) terminal.talk(`The link of ${printable(key)} is in use: a new one makes it dead at once.\n`)
    return `Make a new link for ${printable(key)} in ${environment}? [y/N] `
  })
  if (/^y(es)?$/i.test(await terminal.ask(question))) return
  throw new Failure('not_confirmed', 'Not rotated: nothing was changed.')
}

function showHuman({ terminal }: Cli, { flow, environment, isRotated }: Told): void {
  const { key, status, static_link } = flow
  const { active, url } = static_link
  if (isRotated) terminal.talk(`Rotated the link of ${printable(key)} in ${environment}; the old one is dead.\n`)
  if (status === 'archived') terminal.talk(`The link opens for nobody: ${printable(key)} is archived.\n`)
  else if (!active) {
    terminal.talk('The link opens for nobody: it is not active. Its definition says so in static_link.active.\n')
  }
  terminal.result(`${printable(url)}\n`)
  if (url.startsWith('/'))
    terminal.talk('The embedded store has no address of its own: flows dev or flows serve gives it one.\n')
}

function showJson({ terminal }: Cli, { flow, environment, isRotated }: Told): void {
  const { id, key, status, static_link } = flow
  terminal.result(
    jsonText({
      format: 'flows.link',
      format_version: '1.0',
      environment,
      id,
      key,
      status,
      active: static_link.active,
      url: static_link.url,
      rotated: isRotated,
      exit_code: ExitCode.ok,
    }),
  )
}
