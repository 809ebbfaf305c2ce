import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { reading, type Site, writing } from '../../../app/site.js'
import { createDirectly, type DirectSession } from '../../../app/stripe/direct.js'
import {
  type ListObject,
  SESSION_ERROR_CODES,
  SESSION_STATUSES,
  type VerificationSession,
} from '../../../model/resources.js'
import type { CreateSessionParams } from '../../../remote/remote.js'
import { printable } from '../../../text/text.js'
import { chosenView, formatOptions, jsonText } from '../../options/format.js'
import { environmentOption, siteOf } from '../../options/project.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import type { Terminal } from '../../program/terminal.js'
import {
  type FlowKeys,
  flowKeysOf,
  nextAfterCreate,
  nextAfterSubmit,
  sessionsText,
  sessionText,
} from '../../views/session.js'

interface SessionsView {
  /** The keys of the sessions' flows, if this form shows them. */
  keysOf(site: Site, sessions: readonly VerificationSession[]): Promise<FlowKeys>
  one(terminal: Terminal, found: { session: VerificationSession; keys: FlowKeys; next: string }): void
  page(terminal: Terminal, found: { page: ListObject<VerificationSession>; keys: FlowKeys }): void
}

const VIEWS: Readonly<Record<'human' | 'json', SessionsView>> = {
  human: {
    // Show what was done even if the flow cannot be read.
    keysOf: (site, sessions) => reading(site, (reader) => flowKeysOf(reader, sessions)).catch(() => new Map()),
    one: (terminal, { session, keys, next }) => {
      terminal.show(sessionText(session, keys, terminal.palette))
      terminal.talk(next)
    },
    page: (terminal, { page, keys }) => {
      if (page.data.length === 0) return terminal.talk('No sessions.\n')
      terminal.show(sessionsText(page.data, keys, terminal))
      if (page.has_more) terminal.talk(`There are more: --starting-after ${printable(page.data.at(-1)?.id ?? '')}\n`)
    },
  },
  json: {
    keysOf: async () => new Map(),
    one: (terminal, { session }) => terminal.result(jsonText(session)),
    page: (terminal, { page }) => terminal.result(jsonText(page)),
  },
}

export const sessions: Define = (command, run) => {
  command.addHelpText(
    'after',
    examples(
      ['One from a flow', 'flows sessions create high-value'],
      ['Its outcome, in test mode', 'flows sessions submit vs_0mfz1k2a9c4d8e7f6g5h4j3k --outcome document_expired'],
      ['What became of the last ten', 'flows sessions list'],
    ),
  )

  const create = formatOptions(VIEWS)
  command
    .command('create')
    .description('Create a verification session from a flow.')
    .argument('<flow>', 'key or id of the flow')
    .addOption(environmentOption)
    .option('--direct', 'at Stripe, from the definition alone: without a service, with STRIPE_API_KEY')
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
        ['In your Stripe account, without a service', 'flows sessions create high-value --env live --direct'],
      ),
    )
    .action((flow, options) =>
      run(async (cli) => {
        const site = siteOf(cli, options.env)
        if (options.direct) return showDirect(cli, await createDirectly(site, flow, detailsOf(options)), flow, options)
        const session = await writing(site, (writer) => writer.createSession(paramsOf(flow, options)))
        return show(cli, site, session, options, nextAfterCreate)
      }),
    )

  const list = formatOptions(VIEWS)
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
        const view = chosenView(options, VIEWS)
        const site = siteOf(cli, options.env)
        const page = await reading(site, (reader) =>
          reader.listSessions({
            limit,
            ...(flow !== undefined && { verification_flow: flow }),
            ...(clientReferenceId !== undefined && { client_reference_id: clientReferenceId }),
            ...(status !== undefined && { status }),
            ...(startingAfter !== undefined && { starting_after: startingAfter }),
          }),
        )
        view.page(cli.terminal, { page, keys: await view.keysOf(site, page.data) })
        return ExitCode.ok
      }),
    )

  const one = formatOptions(VIEWS)
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
        const site = siteOf(cli, options.env)
        const session = await reading(site, (reader) => reader.retrieveSession(id))
        return show(cli, site, session, options, () => '')
      }),
    )

  const submit = formatOptions(VIEWS)
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
        const site = siteOf(cli, options.env)
        const session = await writing(site, (writer) => writer.submitSession(id, options.outcome))
        return show(cli, site, session, options, nextAfterSubmit)
      }),
    )
}

/** Shows a session in the requested form; people also see what comes next. */
async function show(
  cli: Cli,
  site: Site,
  session: VerificationSession,
  options: { readonly format: 'human' | 'json'; readonly json?: true | undefined },
  next: (session: VerificationSession) => string,
): Promise<ExitCode> {
  const view = chosenView(options, VIEWS)
  view.one(cli.terminal, { session, keys: await view.keysOf(site, [session]), next: next(session) })
  return ExitCode.ok
}

/** A session that Stripe made: no service knows it, and its flow is the definition. */
function showDirect(
  cli: Cli,
  session: VerificationSession,
  key: string,
  options: { readonly format: 'human' | 'json'; readonly json?: true | undefined },
): ExitCode {
  const keys: FlowKeys = new Map(session.verification_flow === undefined ? [] : [[session.verification_flow, key]])
  chosenView(options, VIEWS).one(cli.terminal, { session, keys, next: '' })
  return ExitCode.ok
}

interface CreateOptions {
  readonly clientReferenceId?: string | undefined
  readonly email?: string | undefined
  readonly phone?: string | undefined
  readonly returnUrl?: string | undefined
  readonly metadata: Readonly<Record<string, string>>
}

function paramsOf(flow: string, options: CreateOptions): CreateSessionParams {
  return { verification_flow: flow, ...detailsOf(options) }
}

function detailsOf(options: CreateOptions): DirectSession {
  const { clientReferenceId, email, phone, returnUrl, metadata } = options
  const details = { ...(email !== undefined && { email }), ...(phone !== undefined && { phone }) }
  return {
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
