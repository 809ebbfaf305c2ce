import { Option } from '@commander-js/extra-typings'
import { badUsage, Failure } from '../../../app/failure.js'
import { targetNamed } from '../../../app/site.js'
import { type Mode, modeOf } from '../../../model/mode.js'
import type { ApiKey } from '../../../model/resources.js'
import { bootstrap as makeFirstKeys } from '../../../service/operations/keys/bootstrap.js'
import type { CreatedApiKey } from '../../../service/operations/keys/keys.js'
import { exactJson, formatTime, printable } from '../../../text/text.js'
import { formatOptions, type Views, viewOf } from '../../options/format.js'
import { nearestConfig, openProject } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { parseExpiry } from '../../service/expiry.js'
import { atService } from '../../service/service.js'

/** Whom the keys are for, and the variable that the environment's own key stands in. */
interface Environment {
  readonly name: string
  readonly mode: Mode
  readonly variable: string
}

interface Result {
  readonly environment: Environment
  /** Where the keys were made. */
  readonly label: string
  readonly made: readonly CreatedApiKey[]
  readonly kept: readonly ApiKey[]
  readonly revoked: readonly ApiKey[]
}

const VIEWS: Views<Result, 'human' | 'json'> = {
  human: (terminal, result) => {
    const { environment, label, made, kept, revoked } = result
    const { mode, name } = environment
    terminal.talk(`Made in ${printable(label)}, for the ${mode} mode. These keys are shown only now:\n`)
    for (const key of made) terminal.result(`${variableOf(key, environment)}=${key.secret}\n`)
    terminal.talk(made.map((key) => `  ${aboutKey(key, environment)}\n`).join(''))
    for (const { id, name: of } of revoked) terminal.talk(`Revoked ${id} "${of}", which nobody ever used.\n`)
    for (const { id, name: of } of kept) {
      terminal.talk(`Kept ${id} "${of}", which is in use. If it was lost: flows keys revoke ${id}\n`)
    }
    terminal.talk(`\n${storing(result).join('\n')}\n`)
    terminal.talk(
      `\nMore keys, with the first one: ${environment.variable}=$${variableFor('admin', environment)} flows keys create --env ${printable(name)} ...\n`,
    )
  },
  json: (terminal, { environment, label, made, kept, revoked }, exitCode) =>
    terminal.result(
      // The printer of other commands hides keys.
      exactJson({
        format: 'flows.bootstrap',
        format_version: '1.0',
        service: label,
        environment: environment.name,
        mode: environment.mode,
        keys: made.map(({ secret, ...key }) => ({ ...key, variable: variableOf(key, environment), key: secret })),
        kept,
        revoked,
        exit_code: exitCode,
      }),
    ),
}

const { format, json } = formatOptions(VIEWS)

/** Makes the first keys of a service. It takes access to the store, which a service has before it has any key. */
export const bootstrap: Define = (command, run) => {
  command
    .option('-e, --env <name>', 'environment that the keys are for: names the variables (default: the mode)')
    .addOption(
      new Option('--mode <mode>', 'which flows they reach (default: that of the environment, else live)').choices([
        'test',
        'live',
      ] as const),
    )
    .option(
      '--expires <when>',
      'when the keys of jobs and applications end: in days (90d), or on a day at 00:00 UTC (2027-01-31)',
      parseExpiry,
    )
    .option('--again', 'make an admin key although there is one: it was lost, or never shown')
    .addOption(format)
    .addOption(json)
    .addHelpText(
      'after',
      `\nMakes four keys: admin, which makes all others; ci-plan; ci-apply; app.
The store is that of flows serve: the database in DATABASE_URL, else the
embedded store.\n${examples(
        ['The first keys of a service', 'flows bootstrap --env live'],
        ['Of one with a database', 'DATABASE_URL=postgres://flows:...@db.example.com/flows flows bootstrap'],
        ['Into a file that only you can read', '(umask 077; flows bootstrap --env live > keys.env)'],
        ['The admin key was lost', 'flows bootstrap --again'],
      )}`,
    )
    .action(({ env, mode, expires, again = false, ...options }) =>
      run(async (cli) => {
        const show = viewOf(options, VIEWS)
        const environment = environmentOf(cli, env, mode)
        const { label, ...keys } = await atService(cli, false, async (service, caller, at) => {
          const params = { mode: environment.mode, again, expires }
          const result = await service.write(caller, (call) => makeFirstKeys(call, params))
          if ('admin' in result) throw alreadyThere(result.admin, environment, at)
          return { label: at, ...result }
        })
        return show(cli, { environment, label, ...keys })
      }),
    )
}

function alreadyThere({ id, name, last_used }: ApiKey, { mode, name: env }: Environment, label: string): Failure {
  const used = last_used === null ? 'never used' : `last used ${formatTime(last_used)}`
  const message = `${label} has a key of ${mode} mode that may make keys: ${id} "${name}", ${used}. No key was made`
  const hint = `make others with it: flows keys create --env ${env}; if it was lost or never shown: flows bootstrap --again`
  return new Failure('keys_already_made', message, { hint })
}

/** Names come from the configuration if it has the environment; a service may be begun before any project. */
function environmentOf(cli: Cli, env: string | undefined, mode: Mode | undefined): Environment {
  const name = env ?? mode ?? 'live'
  const project = nearestConfig(cli) === undefined ? undefined : openProject(cli)
  const isKnown = project !== undefined && Object.hasOwn(project.config.environments, name)
  if (project === undefined || (!isKnown && env === undefined)) return supposed(name, mode)
  const { settings } = targetNamed(project, name)
  if (settings.api_key_env === undefined) {
    throw badUsage(`environment "${name}" has no API, so it needs no keys`, 'name one that has an API, or none')
  }
  const own = modeOf(settings)
  if (mode !== undefined && mode !== own) {
    throw badUsage(`environment "${name}" is ${own} mode: no key was made`, 'leave out --mode')
  }
  return { name, mode: own, variable: settings.api_key_env }
}

/** As flows init names them. */
function supposed(name: string, mode: Mode = name === 'test' ? 'test' : 'live'): Environment {
  return { name, mode, variable: `FLOWS_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_KEY` }
}

/** ci-apply gets the variable of the configuration; the jobs put the key that plans into it, too. */
const PART_OF_VARIABLE: Readonly<Record<string, string>> = { admin: '_ADMIN', 'ci-plan': '_PLAN', app: '_APP' }

const ABOUT: Readonly<Record<string, string>> = {
  admin: 'makes and revokes keys, and may do everything: keep it where people keep passwords, not in CI',
  'ci-plan': 'plans, for the jobs of pull requests',
  'ci-apply': 'applies, for the jobs of the default branch',
  app: 'makes sessions, for your application',
}

function variableOf({ name }: Pick<ApiKey, 'name'>, environment: Environment): string {
  return variableFor(name, environment)
}

function variableFor(key: string, { variable }: Environment): string {
  return variable.replace(/(_KEY)?$/, (end) => `${PART_OF_VARIABLE[key] ?? ''}${end}`)
}

function aboutKey(key: ApiKey, environment: Environment): string {
  const until = key.expires === null ? '' : `, until ${formatTime(key.expires)}`
  return `${variableOf(key, environment)}  ${key.id} "${key.name}" ${ABOUT[key.name]}${until}`
}

/** Command lines without a key in them: each of these programs reads it from its input or asks for it. */
function storing({ environment, made }: Result): readonly string[] {
  const forCi = made.filter(({ name }) => name === 'ci-plan' || name === 'ci-apply')
  const isApply = ({ name }: ApiKey) => name === 'ci-apply'
  const named = forCi.map((key) => ({ key, variable: variableOf(key, environment) }))
  if (named.length === 0) return ['Nothing new to store for CI.']
  const github = named.map(
    ({ key, variable }) =>
      `  printf %s "$${variable}" | gh secret set ${variable}${isApply(key) ? ` --env ${environment.name}` : ''}`,
  )
  const gitlab = named.map(
    ({ key, variable }) =>
      `  printf %s "$${variable}" | glab variable set ${variable} --masked${isApply(key) ? ' --protected' : ''}`,
  )
  return [
    'With these lines as variables of your shell, store the keys as secrets of CI:',
    '  # GitHub',
    ...github,
    '  # GitLab',
    ...gitlab,
  ]
}
