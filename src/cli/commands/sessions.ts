import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { ExitCode } from '../../model/exit-code.js'
import { toDotted } from '../../model/json-pointer.js'
import { SESSION_ERROR_CODES, SESSION_STATUSES, type VerificationSession } from '../../model/resources.js'
import type { CreateSessionParams } from '../../remote/remote.js'
import type { Palette } from '../../render/palette.js'
import { formatTime, padEnd, printable } from '../../render/text.js'
import { type Define, examples } from '../command.js'
import { reading, writing } from '../environment.js'
import { environmentOption } from '../project.js'
import { chosenFormat, formatOptions, jsonText } from '../views/format.js'
import { tableText } from '../views/table.js'

export const sessions: Define = (command, run) => {
  const create = formatOptions(['human', 'json'])
  command
    .command('create')
    .description('Create a verification session from a flow.')
    .argument('<flow>', 'key or id of the flow')
    .addOption(environmentOption)
    .option('--client-reference-id <id>', 'your own reference for the person')
    .option('--email <address>', 'email address known beforehand')
    .option('--phone <number>', 'phone number known beforehand')
    .option('--return-url <url>', "where the person goes afterwards (default: the flow's)")
    .option('--metadata <key=value>', 'a label; may be repeated', collectMetadata, {})
    .addOption(create.format)
    .addOption(create.json)
    .addHelpText(
      'after',
      examples(
        ['From the flow "high-value"', 'flows sessions create high-value --client-reference-id user_42'],
        ['With labels, for a script', 'flows sessions create high-value --metadata order=6735 --json'],
      ),
    )
    .action((flow, options) =>
      run(async (cli) => {
        const session = await writing(cli, options.env, (writer) => writer.createSession(paramsOf(flow, options)))
        const { terminal } = cli
        if (chosenFormat(options) === 'json') terminal.result(jsonText(session))
        else terminal.show(sessionText(session, terminal.palette))
        return ExitCode.ok
      }),
    )

  const list = formatOptions(['human', 'json'])
  command
    .command('list')
    .description('List verification sessions, newest first.')
    .addOption(environmentOption)
    .option('--flow <flow>', 'only sessions from this flow (key or id)')
    .option('--client-reference-id <id>', 'only sessions with this reference')
    .addOption(new Option('--status <status>', 'only these').choices(SESSION_STATUSES))
    .option('--limit <n>', 'how many, 1 to 100', parseLimit, 10)
    .option('--starting-after <id>', 'continue below this session')
    .addOption(list.format)
    .addOption(list.json)
    .addHelpText(
      'after',
      examples(
        ['The last ten', 'flows sessions list'],
        ['What became of one flow', 'flows sessions list --flow high-value --limit 100 --json'],
      ),
    )
    .action((options) =>
      run(async (cli) => {
        const { flow, clientReferenceId, status, limit, startingAfter } = options
        const page = await reading(cli, options.env, (reader) =>
          reader.listSessions({
            limit,
            ...(flow !== undefined && { verification_flow: flow }),
            ...(clientReferenceId !== undefined && { client_reference_id: clientReferenceId }),
            ...(status !== undefined && { status }),
            ...(startingAfter !== undefined && { starting_after: startingAfter }),
          }),
        )
        const { terminal } = cli
        if (chosenFormat(options) === 'json') terminal.result(jsonText(page))
        else if (page.data.length === 0) terminal.talk('No sessions.\n')
        else {
          const heading = ['ID', 'STATUS', 'FLOW', 'VERSION', 'CREATED', 'REFERENCE']
          terminal.show(tableText(heading, page.data.map(row), terminal))
          if (page.has_more)
            terminal.talk(`There are more: --starting-after ${printable(page.data.at(-1)?.id ?? '')}\n`)
        }
        return ExitCode.ok
      }),
    )

  const show = formatOptions(['human', 'json'])
  command
    .command('show')
    .description('Show one verification session.')
    .argument('<id>', 'id of the session')
    .addOption(environmentOption)
    .addOption(show.format)
    .addOption(show.json)
    .addHelpText('after', examples(['One session', 'flows sessions show vs_0mfz1k2a9c4d8e7f6g5h4j3k']))
    .action((id, options) =>
      run(async (cli) => {
        const session = await reading(cli, options.env, (reader) => reader.retrieveSession(id))
        const { terminal } = cli
        if (chosenFormat(options) === 'json') terminal.result(jsonText(session))
        else terminal.show(sessionText(session, terminal.palette))
        return ExitCode.ok
      }),
    )

  const submit = formatOptions(['human', 'json'])
  command
    .command('submit')
    .description('Submit a session of the test mode, with the outcome chosen.')
    .argument('<id>', 'id of the session')
    .addOption(environmentOption)
    .addOption(
      new Option('--outcome <outcome>', 'how it ends')
        .choices(['verified', ...SESSION_ERROR_CODES])
        .default('verified'),
    )
    .addOption(submit.format)
    .addOption(submit.json)
    .addHelpText(
      'after',
      examples(
        ['Verified', 'flows sessions submit vs_0mfz1k2a9c4d8e7f6g5h4j3k'],
        ['A document out of date', 'flows sessions submit vs_0mfz1k2a9c4d8e7f6g5h4j3k --outcome document_expired'],
      ),
    )
    .action((id, options) =>
      run(async (cli) => {
        const session = await writing(cli, options.env, (writer) => writer.submitSession(id, options.outcome))
        const { terminal } = cli
        if (chosenFormat(options) === 'json') terminal.result(jsonText(session))
        else terminal.show(sessionText(session, terminal.palette))
        return ExitCode.ok
      }),
    )
}

interface CreateOptions {
  readonly clientReferenceId?: string | undefined
  readonly email?: string | undefined
  readonly phone?: string | undefined
  readonly returnUrl?: string | undefined
  readonly metadata: Readonly<Record<string, string>>
}

function paramsOf(flow: string, options: CreateOptions): CreateSessionParams {
  const { clientReferenceId, email, phone, returnUrl, metadata } = options
  const details = { ...(email !== undefined && { email }), ...(phone !== undefined && { phone }) }
  return {
    verification_flow: flow,
    ...(clientReferenceId !== undefined && { client_reference_id: clientReferenceId }),
    ...(returnUrl !== undefined && { return_url: returnUrl }),
    ...(Object.keys(details).length > 0 && { provided_details: details }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  }
}

function collectMetadata(value: string, previous: Record<string, string>): Record<string, string> {
  const at = value.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('A label is written as key=value.')
  return { ...previous, [value.slice(0, at)]: value.slice(at + 1) }
}

function parseLimit(value: string): number {
  const limit = Number(value)
  if (!Number.isInteger(limit) || limit < 1 || limit > 100)
    throw new InvalidArgumentError('It is a number from 1 to 100.')
  return limit
}

function row(session: VerificationSession): string[] {
  return [
    session.id,
    session.status,
    session.verification_flow ?? '-',
    String(session.verification_flow_version ?? '-'),
    formatTime(session.created),
    session.client_reference_id ?? '-',
  ]
}

/** Details given beforehand are personal: only JSON, asked for by name, shows them. */
function sessionText(session: VerificationSession, palette: Palette): string {
  // What the type alone says is not said again in the options.
  const asked = { ...(session.type !== 'verification_flow' && { [session.type]: {} }), ...session.options }
  const checks = Object.entries(asked).flatMap(([name, options]) => {
    const on = Object.entries(options ?? {}).filter(([, value]) => value !== false && value !== 'none')
    return on.length === 0 ? [name] : on.map(([option, value]) => `${toDotted(`/${name}/${option}`)}: ${text(value)}`)
  })
  const rows: [string, string][] = [
    ['status', session.status],
    [
      'flow',
      session.verification_flow ? `${session.verification_flow} version ${session.verification_flow_version}` : '-',
    ],
    ['created', formatTime(session.created)],
    ...(session.last_error
      ? [['error', `${session.last_error.code}: ${session.last_error.reason}`] as [string, string]]
      : []),
    ...(session.url ? [['url', session.url] as [string, string]] : []),
    ['reference', session.client_reference_id ?? '-'],
    ...checks.map((check): [string, string] => ['check', check]),
    ...Object.entries(session.metadata).map(([key, value]): [string, string] => [`metadata.${key}`, value]),
  ]
  const width = Math.max(...rows.map(([label]) => label.length))
  const lines = rows.map(([label, value]) => `  ${palette.dim(padEnd(printable(label), width))}  ${printable(value)}`)
  return `${palette.bold(printable(session.id))}\n${lines.join('\n')}\n`
}

function text(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : String(value)
}
