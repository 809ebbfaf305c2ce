import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { modeFor } from '../../../model/mode.js'
import { systemClock } from '../../../service/operations/calls/call.js'
import { type ApiKey, createKey, listEveryKey, revokeKey } from '../../../service/operations/keys/keys.js'
import { SCOPES } from '../../../service/operations/keys/scopes.js'
import { formatTime, printable } from '../../../text/text.js'
import { formatOptions, jsonText, type Views, viewOf } from '../../options/format.js'
import { type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { atService } from '../../service/service.js'
import { tableText } from '../../views/table.js'

const CREATED: Views<{ readonly key: ApiKey; readonly secret: string }, 'human' | 'json'> = {
  human: (terminal, { key, secret }) => {
    const until = key.expires === null ? '' : `, until ${formatTime(key.expires)}`
    const mode = modeFor(key.livemode)
    terminal.talk(`Key ${key.id} "${printable(key.name)}" (${mode} mode${until}), shown only now:\n`)
    terminal.result(`${secret}\n`)
  },
  json: (terminal, { key, secret }) => terminal.result(withKey(key, secret)),
}

const LISTED: Views<Awaited<ReturnType<typeof listEveryKey>>, 'human' | 'json'> = {
  human: (terminal, { data }) => {
    if (data.length === 0) return terminal.talk('No keys.\n')
    const heading = ['ID', 'NAME', 'KEY', 'SCOPES', 'LAST USED', 'EXPIRES', 'STATE']
    const now = systemClock()
    const rows = data.map((key) => row(key, now))
    terminal.show(tableText(heading, rows, terminal))
  },
  json: (terminal, page) => terminal.result(jsonText(page)),
}

export const keys: Define = (command, run) => {
  command.addHelpText(
    'after',
    examples(
      ['For an application', 'flows keys create --name app'],
      ['For a CI job that plans', 'flows keys create --name ci --mode live --scope flows:read --expires 90d'],
      ['Who has one, and when it was last used', 'flows keys list'],
    ),
  )

  const create = formatOptions(CREATED)
  command
    .command('create')
    .description('Create an API key. It is shown once; the store keeps only its hash.')
    .requiredOption('--name <name>', 'what the key is for; stands in the history of what is done with it')
    .addOption(
      new Option('--mode <mode>', 'which flows it reaches').choices(['test', 'live'] as const).default('test' as const),
    )
    .addOption(
      new Option(
        '--scope <scopes...>',
        'what a restricted key may do, and nothing else; write takes in read (default: everything, a secret key)',
      ).choices(SCOPES),
    )
    .option('--expires <when>', 'when it ends: in days (90d), or on a day at 00:00 UTC (2027-01-31)', parseExpiry)
    .addOption(create.format)
    .addOption(create.json)
    .addHelpText(
      'after',
      examples(
        ['For an application', 'flows keys create --name app'],
        ['For a CI job that plans', 'flows keys create --name ci --mode live --scope flows:read --expires 90d'],
        ['For a CI job that applies', 'flows keys create --name cd --mode live --scope flows:read deployments:write'],
        ['Straight into a file that only you can read', '(umask 077; flows keys create --name ci --mode live > key)'],
      ),
    )
    .action(({ name, mode, scope, expires, ...options }) =>
      run(async (cli) => {
        const { secret, ...key } = await atService(cli, false, (service, caller) =>
          service.write(caller, (call) => createKey(call, { mode, name, scopes: scope, expires })),
        )
        return viewOf(options, CREATED)(cli, { key, secret })
      }),
    )

  const list = formatOptions(LISTED)
  command
    .command('list')
    .description('List API keys, newest first; revoked ones too.')
    .addOption(list.format)
    .addOption(list.json)
    .addHelpText('after', examples(['All keys', 'flows keys list']))
    .action((options) =>
      run(async (cli) => {
        const page = await atService(cli, true, (service, caller) => service.read(caller, listEveryKey))
        return viewOf(options, LISTED)(cli, page)
      }),
    )

  command
    .command('revoke')
    .description('Revoke an API key, for good.')
    .argument('<id>', 'id of the key, as in the list')
    .addHelpText('after', examples(['One key', 'flows keys revoke ak_0mfz1k2a9c4d8e7f6g5h4j3k']))
    .action((id) =>
      run(async (cli) => {
        const key = await atService(cli, false, (service, caller) =>
          service.write(caller, (call) => revokeKey(call, id)),
        )
        cli.terminal.show(`Revoked ${key.id} "${printable(key.name)}".\n`)
        return ExitCode.ok
      }),
    )
}

function row(key: ApiKey, now: number): string[] {
  const { id, name, redacted, scopes, last_used, expires } = key
  const time = (seconds: number | null) => (seconds === null ? '-' : formatTime(seconds))
  return [id, name, redacted, scopes?.join(',') ?? 'all', time(last_used), time(expires), stateOf(key, now)]
}

function stateOf({ revoked, expires }: ApiKey, now: number): string {
  if (revoked !== null) return `revoked ${formatTime(revoked)}`
  return expires !== null && expires <= now ? 'expired' : 'active'
}

const DAY = 24 * 60 * 60

/** Returns unix seconds. */
function parseExpiry(value: string): number {
  const [, days] = /^(\d{1,5})d$/.exec(value) ?? []
  if (days !== undefined) return systemClock() + Number(days) * DAY
  const time = /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN
  // Date parsing turns the 30th of February into a day in March.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== value) {
    throw new InvalidArgumentError('Write it as 90d or as a day, 2027-01-31.')
  }
  return time / 1000
}

/** The one place that shows a key: the JSON printer hides keys everywhere else. */
function withKey(key: object, secret: string): string {
  return jsonText(key).replace(/\n}\n$/, () => `,\n  "key": ${JSON.stringify(secret)}\n}\n`)
}
