import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { SESSION_ERROR_CODES, SESSION_STATUSES, type VerificationSession } from '../../../model/resources.js'
import type { CreateSessionParams } from '../../../remote/remote.js'
import { printable } from '../../../text/text.js'
import { reading, writing } from '../../options/environment.js'
import { chosenFormat, formatOptions, jsonText } from '../../options/format.js'
import { environmentOption } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { flowKeysOf, nextAfterCreate, nextAfterSubmit, sessionsText, sessionText } from '../../views/session.js'

export const sessions: Define = (command, run) => {
  command.addHelpText(
    'after',
    examples(
      ['One from a flow', 'flows sessions create high-value'],
      ['Its outcome, in test mode', 'flows sessions submit vs_0mfz1k2a9c4d8e7f6g5h4j3k --outcome document_expired'],
      ['What became of the last ten', 'flows sessions list'],
    ),
  )

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
        await show(cli, session, options, nextAfterCreate)
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
        const isJson = chosenFormat(options) === 'json'
        const { page, keys } = await reading(cli, options.env, async (reader) => {
          const page = await reader.listSessions({
            limit,
            ...(flow !== undefined && { verification_flow: flow }),
            ...(clientReferenceId !== undefined && { client_reference_id: clientReferenceId }),
            ...(status !== undefined && { status }),
            ...(startingAfter !== undefined && { starting_after: startingAfter }),
          })
          return { page, keys: await flowKeysOf(reader, isJson ? [] : page.data) }
        })
        const { terminal } = cli
        if (isJson) terminal.result(jsonText(page))
        else if (page.data.length === 0) terminal.talk('No sessions.\n')
        else {
          terminal.show(sessionsText(page.data, keys, terminal))
          if (page.has_more)
            terminal.talk(`There are more: --starting-after ${printable(page.data.at(-1)?.id ?? '')}\n`)
        }
        return ExitCode.ok
      }),
    )

  const one = formatOptions(['human', 'json'])
  command
    .command('show')
    .description('Show one verification session.')
    .argument('<id>', 'id of the session')
    .addOption(environmentOption)
    .addOption(one.format)
    .addOption(one.json)
    .addHelpText('after', examples(['One session', 'flows sessions show vs_0mfz1k2a9c4d8e7f6g5h4j3k']))
    .action((id, options) =>
      run(async (cli) => {
        const session = await reading(cli, options.env, (reader) => reader.retrieveSession(id))
        await show(cli, session, options, () => '')
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
        await show(cli, session, options, nextAfterSubmit)
        return ExitCode.ok
      }),
    )
}

interface ShowOptions {
  readonly format: 'human' | 'json'
  readonly json?: true | undefined
  readonly env?: string | undefined
}

/** A session in the format that was asked for; people are told what comes next, too. */
async function show(
  cli: Cli,
  session: VerificationSession,
  options: ShowOptions,
  next: (session: VerificationSession) => string,
): Promise<void> {
  const { terminal } = cli
  if (chosenFormat(options) === 'json') return terminal.result(jsonText(session))
  // What was done is shown also where the flow cannot be read.
  const keys = await reading(cli, options.env, (reader) => flowKeysOf(reader, [session])).catch(() => new Map())
  terminal.show(sessionText(session, keys, terminal.palette))
  terminal.talk(next(session))
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
