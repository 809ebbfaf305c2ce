import { Option } from '@commander-js/extra-typings'
import { badUsage, Failure } from '../../../app/failure.js'
import { modeFor } from '../../../model/mode.js'
import type { ApiKey, ListObject } from '../../../model/resources.js'
import { RemoteError } from '../../../remote/remote.js'
import { systemClock } from '../../../service/operations/calls/call.js'
import { SCOPES } from '../../../service/operations/keys/scopes.js'
import { formatTime, plural, printable } from '../../../text/text.js'
import { formatOptions, jsonText, type Views, viewOf } from '../../options/format.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { daysLeft, parseExpiry } from '../../service/expiry.js'
import { keyPlaceOf } from '../../service/key-place.js'
import { tableText } from '../../views/table.js'

interface Created {
  readonly key: ApiKey
  readonly secret: string
  /** Where it was made. */
  readonly label: string
}

const CREATED: Views<Created, 'human' | 'json'> = {
  human: (terminal, { key, secret, label }) => {
    const until = key.expires === null ? '' : `, until ${formatTime(key.expires)}`
    const mode = modeFor(key.livemode)
    const bound = bindingOf(key) === '-' ? '' : `, bound to ${bindingOf(key)}`
    terminal.talk(`Made in ${printable(label)}.\n`)
    terminal.talk(`Key ${key.id} "${printable(key.name)}" (${mode} mode${until}${bound}), shown only now:\n`)
    terminal.result(`${secret}\n`)
  },
  json: (terminal, { key, secret, label }) => terminal.result(withKey({ ...key, service: label }, secret)),
}

interface Listed {
  readonly page: ListObject<ApiKey>
  readonly label: string
}

const LISTED: Views<Listed, 'human' | 'json'> = {
  human: (terminal, { page: { data }, label }) => {
    terminal.talk(`${data.length === 0 ? 'No keys' : 'Keys'} in ${printable(label)}${data.length === 0 ? '.' : ':'}\n`)
    if (data.length === 0) return
    const heading = ['ID', 'NAME', 'KEY', 'SCOPES', 'BOUND TO', 'LAST USED', 'EXPIRES', 'STATE']
    const now = systemClock()
    const rows = data.map((key) => row(key, now))
    terminal.show(tableText(heading, rows, terminal))
    for (const key of data) {
      const days = daysLeft(key, now)
      if (days === undefined) continue
      const when = days === 0 ? 'today or tomorrow' : `in ${plural(days, 'day')}`
      terminal.talk(`${key.id} "${printable(key.name)}" ends ${when}: make the next one now.\n`)
    }
  },
  json: (terminal, { page }) => terminal.result(jsonText(page)),
}

export const keys: Define = (command, run) => {
  command.addHelpText(
    'after',
    examples(
      ['For an application', 'flows keys create --name app'],
      ['For a CI job that plans, over the API', 'flows keys create --env live --name ci-plan --scope flows:read'],
      ['Who has one, and when it was last used', 'flows keys list'],
    ),
  )

  const create = formatOptions(CREATED)
  command
    .command('create')
    .description('Create an API key. It is shown once; the store keeps only its hash.')
    .requiredOption('--name <name>', 'what the key is for; stands in the history of what is done with it')
    .addOption(environment())
    .addOption(
      new Option('--mode <mode>', 'which flows it reaches (default: that of the environment, else test)').choices([
        'test',
        'live',
      ] as const),
    )
    .addOption(
      new Option(
        '--scope <scopes...>',
        'what a restricted key may do, and nothing else; write takes in read (default: everything, a secret key)',
      ).choices(SCOPES),
    )
    .option('--project <project>', 'bind it to the flows of a project, and to what belongs to them')
    .option('--flows <keys...>', "bind it to flows with these keys; * stands for any characters ('kyc-*')")
    .option('--allow-address <ranges...>', 'bind it to addresses that requests come from (10.0.0.0/8)')
    .option('--expires <when>', 'when it ends: in days (90d), or on a day at 00:00 UTC (2027-01-31)', parseExpiry)
    .addOption(create.format)
    .addOption(create.json)
    .addHelpText(
      'after',
      examples(
        ['For an application', 'flows keys create --name app'],
        ['For a CI job that plans', 'flows keys create --name ci --mode live --scope flows:read --expires 90d'],
        ['The same over the API, if one may', 'flows keys create --env live --name ci-plan --scope flows:read'],
        ['For a CI job that applies', 'flows keys create --name cd --mode live --scope flows:read deployments:write'],
        ['For an application, for some flows', "flows keys create --name app --scope sessions:write --flows 'kyc-*'"],
        ['Straight into a file that only you can read', '(umask 077; flows keys create --name ci --mode live > key)'],
      ),
    )
    .action(({ env, name, mode, scope, expires, project, flows, allowAddress, ...options }) =>
      run(async (cli) => {
        const show = viewOf(options, CREATED)
        if (scope === undefined && (project !== undefined || flows !== undefined)) {
          throw badUsage(
            'a key that is bound to a project or to flows is a restricted key: no key was made',
            'add --scope',
          )
        }
        const given = { mode, name, scopes: scope, expires, project, flows, addresses: allowAddress }
        const { label, value } = await keyPlaceOf(cli, env).create(given).catch(refusedValue)
        const { secret, ...key } = value
        return show(cli, { key, secret, label })
      }),
    )

  const list = formatOptions(LISTED)
  command
    .command('list')
    .description('List API keys, newest first; revoked ones too.')
    .addOption(environment())
    .addOption(list.format)
    .addOption(list.json)
    .addHelpText(
      'after',
      examples(['All keys', 'flows keys list'], ['Those of a service', 'flows keys list --env live']),
    )
    .action(({ env, ...options }) =>
      run(async (cli) => {
        const show = viewOf(options, LISTED)
        const { label, value: page } = await keyPlaceOf(cli, env).list()
        return show(cli, { page, label })
      }),
    )

  command
    .command('revoke')
    .description('Revoke an API key, for good.')
    .argument('<id>', 'id of the key, as in the list')
    .addOption(environment())
    .addHelpText('after', examples(['One key', 'flows keys revoke ak_0mfz1k2a9c4d8e7f6g5h4j3k']))
    .action((id, { env }) =>
      run(async (cli) => {
        const { label, value: key } = await keyPlaceOf(cli, env).revoke(id)
        cli.terminal.show(`Revoked ${key.id} "${printable(key.name)}" in ${printable(label)}.\n`)
        return ExitCode.ok
      }),
    )
}

/** Not the option of other commands: without it the store is meant, which may be that of no environment. */
function environment() {
  return new Option(
    '-e, --env <name>',
    "environment whose service is asked over its API, with its key (default: FLOWS_ENV, else this machine's store)",
  )
}

function row(key: ApiKey, now: number): string[] {
  const { id, name, redacted, scopes, last_used, expires } = key
  const what = scopes?.join(',') ?? 'all'
  const time = (seconds: number | null) => (seconds === null ? '-' : formatTime(seconds))
  return [id, name, redacted, what, bindingOf(key), time(last_used), time(expires), stateOf(key, now)]
}

/** In one word for `awk`. A service of an older version does not tell. */
function bindingOf({ project, flows, addresses }: Partial<ApiKey>): string {
  const parts = [...(project ? [`project:${project}`] : []), ...(flows ?? []), ...(addresses ?? [])]
  return parts.length === 0 ? '-' : parts.join(',')
}

function stateOf({ revoked, expires }: ApiKey, now: number): string {
  if (revoked !== null) return `revoked ${formatTime(revoked)}`
  return expires !== null && expires <= now ? 'expired' : 'active'
}

/** The JSON printer hides keys, so this is the way round it. */
function withKey(key: object, secret: string): string {
  return jsonText(key).replace(/\n}\n$/, () => `,\n  "key": ${JSON.stringify(secret)}\n}\n`)
}

/** What the service says against a value of the command line is bad usage, wherever the service is. */
function refusedValue(error: unknown): never {
  const isOfLine =
    error instanceof RemoteError
      ? error.kind === 'invalid'
      : error instanceof Failure && /^(?:invalid|parameter_\w+)$/.test(error.code)
  throw isOfLine ? badUsage((error as Error).message, 'no key was made') : error
}
