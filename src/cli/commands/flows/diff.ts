import { compareEnvironments, type EnvironmentDifference } from '../../../app/compare.js'
import { toDotted } from '../../../model/json-pointer.js'
import type { Assurance } from '../../../model/plan.js'
import type { Palette } from '../../../render/palette.js'
import { formatValue, padEnd, plural, printable } from '../../../text/text.js'
import { formatOptions, jsonView, type Views, viewOf } from '../../options/format.js'
import { twoSites } from '../../options/project.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'

interface Compared {
  readonly first: string
  readonly second: string
  readonly observed: boolean
  readonly differences: readonly EnvironmentDifference[]
}

const VIEWS: Views<Compared, 'human' | 'json'> = {
  human: (terminal, { differences, first, second }) =>
    terminal.show(differencesText(differences, first, second, terminal.palette)),
  json: jsonView('diff', ({ differences, ...about }) => ({
    ...about,
    differences: differences.map(({ fields, ...rest }) => ({
      ...rest,
      fields: fields.map(({ path, before, after }) => ({ path, first: before, second: after })),
    })),
  })),
}

const { format, json } = formatOptions(VIEWS)

export const diff: Define = (command, run) => {
  command
    .argument('<first>', 'environment')
    .argument('<second>', 'environment')
    .argument('[keys...]', 'flows (default: all)')
    .option('--observed', 'compare what the services have, not what the definitions say')
    .option('--detailed-exitcode', 'exit 2 when they differ')
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      examples(
        ['What the definitions say of live that they do not say of test', 'flows diff test live'],
        ['How the two services differ', 'flows diff test live --observed'],
      ),
    )
    .action((first, second, keys, options) =>
      run(async (cli) => {
        const { observed = false, detailedExitcode = false } = options
        const differences = await compareEnvironments(...twoSites(cli, first, second), observed, keys)
        const exitCode = detailedExitcode && differences.length > 0 ? ExitCode.changesPending : ExitCode.ok
        return viewOf(options, VIEWS)(cli, { first, second, observed, differences }, exitCode)
      }),
    )
}

function differencesText(
  differences: readonly EnvironmentDifference[],
  first: string,
  second: string,
  palette: Palette,
): string {
  if (differences.length === 0) return `${first} and ${second} do not differ.\n`
  const parts = differences.map((one) => differenceText(one, first, second, palette))
  return `${parts.join('\n')}\n${plural(differences.length, 'flow')} differ${differences.length === 1 ? 's' : ''} between ${first} and ${second}.\n`
}

function differenceText(
  { key, where, fields, effect, reasons }: EnvironmentDifference,
  first: string,
  second: string,
  palette: Palette,
): string {
  const name = palette.bold(printable(key))
  if (where !== 'both') return `${name}  only in ${where === 'first' ? first : second}\n`
  const width = Math.min(42, Math.max(...fields.map(({ path }) => toDotted(path).length)))
  const lines = fields.map(({ path, before, after }) => {
    const reason = reasons.find((one) => one.path === path)
    const note = reason === undefined ? '' : palette.dim(`  # ${second}: ${reason.message}`)
    return `    ${padEnd(printable(toDotted(path)), width)}  ${formatValue(before)} → ${formatValue(after)}${note}`
  })
  return `${[`${name}${verdict(effect, second, palette)}`, ...lines].join('\n')}\n`
}

function verdict(effect: Assurance['effect'], second: string, palette: Palette): string {
  if (effect === 'weakens') return palette.red(`  (${second} is weaker)`)
  if (effect === 'strengthens') return palette.green(`  (${second} is stronger)`)
  return effect === 'mixed' ? palette.yellow(`  (${second} is weaker in part, stronger in part)`) : ''
}
