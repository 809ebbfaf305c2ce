import { applySaved } from '../../../app/apply-saved.js'
import { badUsage } from '../../../app/failure.js'
import { findBases } from '../../../app/project/definitions.js'
import { policiesFolder } from '../../../app/project/policies.js'
import type { Project } from '../../../app/project/project.js'
import type { Site } from '../../../app/site.js'
import { isEmpty, type Plan } from '../../../model/plan.js'
import { embedded } from '../../../remote/embedded/embedded.js'
import { actorOf } from '../../../remote/embedded/options.js'
import type { Remote } from '../../../remote/remote.js'
import { summaryLine } from '../../../render/plan/summary.js'
import { planText, policiesText } from '../../../render/plan/text.js'
import { type Server, startServer } from '../../../service/http/server.js'
import { type Caller, type Service, service, systemClock } from '../../../service/operations/calls/call.js'
import { localUser } from '../../../service/operations/calls/principal.js'
import { createKey, revokeKey } from '../../../service/operations/keys/keys.js'
import { openSqliteStore } from '../../../store/sqlite/open.js'
import type { Store } from '../../../store/store.js'
import { StoreError } from '../../../store/store-error.js'
import { plural, printable } from '../../../text/text.js'
import { type Saves, watchSaves } from '../../dev/saves.js'
import { environmentOption, openProject, siteOf } from '../../options/project.js'
import { storeFile } from '../../options/target.js'
import { type Cli, type Define, examples } from '../../program/command.js'
import { ExitCode } from '../../program/exit-code.js'
import { report } from '../../program/report.js'
import { plainPages } from '../../service/branding.js'
import { cannotListen, parsePort, stopSignal } from '../../service/listening.js'

/** In seconds. The key of a killed run expires by itself. */
const LIFE_OF_KEY = 7 * 24 * 60 * 60
/** An application under development receives its webhooks on the same machine. */
const THIS_MACHINE = ['127.0.0.0/8', '::1/128']

export const dev: Define = (command, run) => {
  command
    .addOption(environmentOption)
    .option('-p, --port <port>', 'port to listen on; 0 takes a free one', parsePort, 4010)
    .addHelpText(
      'after',
      examples(
        ['Edit definitions, and see what each save changes', 'flows dev'],
        ['On another port', 'flows dev --port 4020'],
      ),
    )
    .action(({ env, port }) =>
      run(async (cli) => {
        const { project } = localSite(cli, env)
        const { terminal } = cli
        const file = storeFile(project, terminal)
        const stopped = stopSignal()
        let folders = foldersOf(project)
        const places = () => {
          folders = foldersNow(cli) ?? folders
          return [project.configFile, ...folders]
        }
        const saves = watchSaves(project.root, places)
        const store = await openSqliteStore({ file, tell: (message) => terminal.talk(`${printable(message)}\n`) })
        try {
          const host = '127.0.0.1'
          const server = await startServer({
            store,
            host,
            port,
            webhookAllow: THIS_MACHINE,
            pages: plainPages(),
          }).catch((error) => {
            throw cannotListen(error, { host, port, options: { port: '--port' } })
          })
          try {
            const operations = service({ store })
            const caller = { livemode: false, principal: localUser(actorOf(terminal.env)) }
            const key = await aKey(operations, caller)
            try {
              tellWhere(cli, server, file, key.secret)
              const remote = embedded({ file, actor: actorOf(terminal.env) })
              const work = applyWhatIsSaved({ cli, env, remote, server, saves, store })
              const signal = await Promise.race([stopped, work])
              terminal.talk('Stopping ...\n')
              saves.close()
              await work
              return signal === 'SIGTERM' ? ExitCode.ok : ExitCode.interrupted
            } finally {
              await withdraw(operations, caller, key.id)
            }
          } finally {
            server.drain()
            await server.close()
          }
        } finally {
          saves.close()
          await store.close()
        }
      }),
    )
}

/** Even if the configuration changes while this runs, it never writes to a service. */
function localSite(cli: Cli, env: string | undefined): Site {
  const site = siteOf(cli, env)
  if (site.target.settings.api === undefined) return site
  throw badUsage(
    `environment "${site.target.name}" is a service: flows dev writes to the embedded store only`,
    'choose an environment without "api" with --env, or use flows apply',
  )
}

/** The folders of definitions and policies, and the bases: what is saved there is applied. */
function foldersOf(project: Project): readonly string[] {
  const policies = policiesFolder(project)
  return [...project.config.flows, ...(policies === undefined ? [] : [policies]), ...findBases(project)]
}

/** The folders as the configuration names them now; undefined while it is invalid. */
function foldersNow(cli: Cli): readonly string[] | undefined {
  try {
    return foldersOf(openProject(cli))
  } catch {
    return undefined
  }
}

function aKey(operations: Service, caller: Caller) {
  const params = { name: 'flows dev', mode: 'test', expires: systemClock() + LIFE_OF_KEY } as const
  return operations.write(caller, (call) => createKey(call, params))
}

/** A store that is gone took its keys with it. */
async function withdraw(operations: Service, caller: Caller, id: string): Promise<void> {
  try {
    await operations.write(caller, (call) => revokeKey(call, id))
  } catch (error) {
    if (!(error instanceof StoreError && error.code === 'gone')) throw error
  }
}

function tellWhere({ terminal }: Cli, { url }: Server, file: string, secret: string): void {
  terminal.talk(`Serving the flows API at ${url}, over the embedded store ${printable(file)}\n`)
  terminal.talk(`Key for this run, until it ends: ${secret}\n`)
  terminal.talk('Definitions are applied whenever they are saved. Stop with Ctrl-C.\n\n')
}

interface Work {
  readonly cli: Cli
  readonly env: string | undefined
  readonly remote: Remote
  readonly server: Server
  readonly saves: Saves
  /** The store that the server uses. */
  readonly store: Store
}

/** Applies one save after the other until the watch is closed. What is saved during an apply comes next. */
async function applyWhatIsSaved({ cli, env, remote, server, saves, store }: Work): Promise<undefined> {
  const { terminal } = cli
  for (let names: readonly string[] | null = []; names !== null; names = await saves.next()) {
    if (names.length > 0) terminal.talk(`${terminal.talkPalette.dim(`${time()} ${changedText(names)}`)}\n`)
    try {
      // Without this check, the plan could be applied to a newly created store instead of the one that is served.
      await store.read((tx) => tx.state.tag(false))
      const plan = await applySaved({ ...localSite(cli, env), connect: async () => remote })
      tellApplied(cli, plan)
      if (names.length === 0 || !isEmpty(plan)) await tellLinks(cli, remote, server, names.length === 0 ? null : plan)
    } catch (error) {
      report(error, terminal, 'human')
      terminal.talk('Waiting for the next save.\n')
    }
  }
}

function changedText(names: readonly string[]): string {
  const shown = names.slice(0, 3).map(printable).join(', ')
  return names.length > 3 ? `${shown} and ${plural(names.length - 3, 'more file')} changed` : `${shown} changed`
}

function tellApplied({ terminal }: Cli, plan: Plan): void {
  if (isEmpty(plan)) {
    const policies = policiesText(plan, terminal.palette)
    if (policies !== '') terminal.show(`${policies}\n\n`)
    terminal.show(`Nothing to do: ${summaryLine(plan, 'done')}.\n`)
    return
  }
  terminal.show(
    `${planText(plan, terminal.palette)}${terminal.palette.green('Applied')}: ${summaryLine(plan, 'done')}.\n`,
  )
}

/** The active links: all of them, or those of the flows that a plan changed. */
async function tellLinks({ terminal }: Cli, remote: Remote, { url }: Server, plan: Plan | null): Promise<void> {
  const changed = plan === null ? null : new Set(plan.changes.map(({ key }) => key))
  const reader = await remote.reader()
  try {
    for (let more = true, after: string | undefined; more; ) {
      const page = await reader.listFlows({
        status: 'active',
        limit: 100,
        ...(after !== undefined && { starting_after: after }),
      })
      for (const { key, static_link } of page.data) {
        if (!static_link.active || changed?.has(key) === false) continue
        terminal.talk(`Link of ${printable(key)}: ${url}${printable(static_link.url)}\n`)
      }
      more = page.has_more
      after = page.data.at(-1)?.id
    }
  } finally {
    await reader.close()
  }
}

function time(): string {
  return new Date().toTimeString().slice(0, 8)
}
