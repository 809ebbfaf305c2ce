import { badUsage, Failure } from '../../../app/failure.js'
import { reading, type Site, writing } from '../../../app/site.js'
import type { VerificationFlow } from '../../../model/resources.js'
import { printable } from '../../../text/text.js'
import { formatOptions, jsonView, type Views, viewOf } from '../../options/format.js'
import { environmentOption, siteOf } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import type { Terminal } from '../../program/terminal.js'

interface Found {
  readonly flow: VerificationFlow
  readonly environment: string
  readonly isRotated: boolean
}

const VIEWS: Views<Found, 'human' | 'json'> = {
  human: inWords,
  json: jsonView('link', ({ flow: { id, key, status, static_link }, environment, isRotated }) => ({
    environment,
    id,
    key,
    status,
    active: static_link.active,
    url: static_link.url,
    rotated: isRotated,
  })),
}

const { format, json } = formatOptions(VIEWS)

/**
 * Whether a link is active is part of the flow's definition, so a command that changed it would cause drift. The token
 * in the link is not configuration, so this command may replace it.
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
    .action((idOrKey, { env, rotate = false, yes = false, ...options }) =>
      run(async (cli) => {
        if (yes && !rotate) throw badUsage('--yes goes with --rotate')
        const site = siteOf(cli, env)
        if (rotate && !yes) await confirm(cli, site, idOrKey)
        const flow = rotate
          ? await writing(site, (writer) => writer.rotateLink(idOrKey))
          : await reading(site, (reader) => reader.retrieveFlow(idOrKey))
        return viewOf(options, VIEWS)(cli, { flow, environment: site.target.name, isRotated: rotate })
      }),
    )
}

/** Asks only after the flow was found, and shows its name: a mistyped key rotates nothing. */
async function confirm({ terminal }: Cli, site: Site, idOrKey: string): Promise<void> {
  if (!terminal.isInteractive) {
    throw badUsage('nobody is there to confirm: nothing was changed', 'add --yes to rotate without asking')
  }
  const question = await reading(site, async (reader) => {
    const { key, static_link } = await reader.retrieveFlow(idOrKey)
    if (static_link.active) terminal.talk(`The link of ${printable(key)} is in use: a new one makes it dead at once.\n`)
    return `Make a new link for ${printable(key)} in ${site.target.name}? [y/N] `
  })
  if (/^y(es)?$/i.test(await terminal.ask(question))) return
  throw new Failure('not_confirmed', 'Not rotated: nothing was changed.')
}

function inWords(terminal: Terminal, { flow, environment, isRotated }: Found): void {
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
