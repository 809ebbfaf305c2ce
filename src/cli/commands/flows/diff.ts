import { configsOf, twoEnvironments } from '../../../app/configs.js'
import { compareText } from '../../../model/canonical.js'
import type { FlowConfig } from '../../../model/flow.js'
import { toDotted } from '../../../model/json-pointer.js'
import type { Assurance, Field } from '../../../model/plan.js'
import { assess } from '../../../plan/assurance.js'
import { diff as diffConfigs } from '../../../plan/diff.js'
import type { Palette } from '../../../render/palette.js'
import { formatValue, padEnd, plural, printable } from '../../../text/text.js'
import { chosenFormat, formatOptions, jsonText } from '../../options/format.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'

const { format, json } = formatOptions(['human', 'json'])

interface Difference {
  readonly key: string
  /** In which of the two the flow is. */
  readonly where: 'both' | 'first' | 'second'
  readonly fields: readonly Field[]
  /** What the second makes of the verification, as against the first. */
  readonly effect: Assurance['effect']
  readonly reasons: Assurance['reasons']
}

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
        const names = twoEnvironments(cli, first, second)
        const [one, other] = await configsOf(cli, names, options.observed ?? false, keys)
        const differences = compare(one, other)
        const exitCode = options.detailedExitcode && differences.length > 0 ? ExitCode.changesPending : ExitCode.ok
        if (chosenFormat(options) === 'json') {
          cli.terminal.result(
            jsonText({
              format: 'flows.diff',
              format_version: '1.0',
              first,
              second,
              observed: options.observed ?? false,
              differences: differences.map(({ fields, ...rest }) => ({
                ...rest,
                fields: fields.map(({ path, before, after }) => ({ path, first: before, second: after })),
              })),
              exit_code: exitCode,
            }),
          )
        } else cli.terminal.show(differencesText(differences, first, second, cli.terminal.palette))
        return exitCode
      }),
    )
}

type Configs = ReadonlyMap<string, FlowConfig>

function compare(one: Configs, other: Configs): Difference[] {
  return [...new Set([...one.keys(), ...other.keys()])].sort(compareText).flatMap((key): Difference[] => {
    const before = one.get(key) ?? null
    const after = other.get(key) ?? null
    if (before === null || after === null) {
      return [{ key, where: before === null ? 'second' : 'first', fields: [], effect: 'neutral', reasons: [] }]
    }
    const fields = diffConfigs(before, after)
    if (fields.length === 0) return []
    const { effect, reasons } = assess({
      action: 'update',
      before,
      after,
      wasActive: true,
      previousKey: null,
      sessions: 0,
    })
    return [{ key, where: 'both', fields, effect, reasons }]
  })
}

function differencesText(differences: readonly Difference[], first: string, second: string, palette: Palette): string {
  if (differences.length === 0) return `${first} and ${second} do not differ.\n`
  const parts = differences.map((one) => differenceText(one, first, second, palette))
  return `${parts.join('\n')}\n${plural(differences.length, 'flow')} differ${differences.length === 1 ? 's' : ''} between ${first} and ${second}.\n`
}

function differenceText(
  { key, where, fields, effect, reasons }: Difference,
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
