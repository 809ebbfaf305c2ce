import { InvalidArgumentError } from '@commander-js/extra-typings'
import { finishEdits, writeEdits } from '../../../app/edits/write-edits.js'
import { badUsage } from '../../../app/failure.js'
import { editsFromStripe, type ImportedFromStripe, type NamedFlow } from '../../../app/stripe/import.js'
import { systemClock } from '../../../service/operations/calls/call.js'
import { systemPaceClock } from '../../../stripe/pace.js'
import { plural, printable } from '../../../text/text.js'
import { jsonView, type View } from '../../options/format.js'
import { openProject } from '../../options/project.js'
import type { Cli } from '../../program/command.js'
import { progress } from '../../program/progress.js'
import { reporterOn } from '../../program/reporter.js'
import { editsJson, editsText } from '../../views/edits.js'

/** How many days of sessions show which flows there are. */
const DAYS = 30
const RATE = 20

export const FROM_STRIPE_VIEWS: Readonly<Record<'human' | 'json', View<ImportedFromStripe>>> = {
  human: (terminal, { edits, environment, mode }) => {
    if (edits.length === 0) {
      terminal.show(`Nothing to import: every flow that the account uses in ${mode} mode has a definition.\n`)
      return
    }
    terminal.show(editsText(edits, { palette: terminal.palette }))
    const where = printable(environment)
    terminal.talk(
      `\nWrote ${plural(edits.length, 'definition')}. Give them names of your own; flows watch stripe --env ${where} compares them with the account.\n`,
    )
  },
  json: jsonView('import', ({ environment, edits }) => ({
    environment,
    edits: editsJson(edits),
    withheld: [],
    deployment: null,
  })),
}

interface Options {
  readonly env: string | undefined
  /** Ids of flows. */
  readonly ids: readonly string[]
  readonly named: readonly NamedFlow[]
}

/** Writes definitions of the flows that the Stripe account of the environment variables uses. */
export async function takeFromStripe(cli: Cli, { env, ids, named }: Options): Promise<ImportedFromStripe> {
  const { terminal } = cli
  const wrong = ids.find((id) => !id.startsWith('vf_'))
  if (wrong !== undefined) {
    throw badUsage(
      `"${printable(wrong)}" is not the id of a flow at Stripe`,
      'such an id begins with vf_; --key gives it a key',
    )
  }
  const project = openProject(cli)
  finishEdits({ project, reporter: reporterOn(terminal) }, false)
  const waiting = progress(terminal)
  const imported = await editsFromStripe({
    project,
    environment: env ?? (terminal.env.FLOWS_ENV || undefined),
    env: terminal.env,
    days: DAYS,
    rate: RATE,
    clock: systemPaceClock,
    now: systemClock(),
    onReading: () => waiting.begin('reading the sessions of the account'),
    ids,
    named,
  }).finally(waiting.end)
  writeEdits(project, imported.edits)
  return imported
}

export function collectKey(value: string, previous: readonly NamedFlow[] = []): readonly NamedFlow[] {
  const [, key, id] = /^([^=]+)=(vf_[A-Za-z0-9_]+)$/.exec(value) ?? []
  if (key === undefined || id === undefined) throw new InvalidArgumentError('It is written as key=vf_...')
  return [...previous, { key, id }]
}
