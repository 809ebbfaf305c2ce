import { badUsage } from '../../app/failure.js'
import { readingFrom, type Site } from '../../app/site.js'
import { type Mode, modeOf } from '../../model/mode.js'
import type { ApiKey, ListObject } from '../../model/resources.js'
import type { CreatedKey, CreateKeyParams, Remote, RemoteReader } from '../../remote/remote.js'
import { createKey, listEveryKey, revokeKey } from '../../service/operations/keys/keys.js'
import { siteOf } from '../options/project.js'
import type { Cli } from '../program/command.js'
import { atService } from './service.js'

/** What was done or found, and where, for people: "https://flows.example.com". */
interface At<T> {
  readonly label: string
  readonly value: T
}

interface NewKey extends CreateKeyParams {
  /** By default that of the environment, else test. */
  readonly mode?: Mode | undefined
}

/** Where API keys are made, shown and revoked. */
export interface KeyPlace {
  create(key: NewKey): Promise<At<CreatedKey>>
  /** All of them, newest first. */
  list(): Promise<At<ListObject<ApiKey>>>
  revoke(id: string): Promise<At<ApiKey>>
}

/**
 * The service of an environment, asked with the environment's own key; without an environment, the store of this
 * machine's service, with both modes. Both run the same operations.
 */
export function keyPlaceOf(cli: Cli, env: string | undefined): KeyPlace {
  const named = env ?? (cli.terminal.env.FLOWS_ENV || undefined)
  return named === undefined ? atStore(cli) : atEnvironment(siteOf(cli, named))
}

function atStore(cli: Cli): KeyPlace {
  return {
    create: (params) =>
      atService(cli, false, async (service, caller, label) => ({
        label,
        value: await service.write(caller, (call) => createKey(call, params)),
      })),
    list: () =>
      atService(cli, true, async (service, caller, label) => ({
        label,
        value: await service.read(caller, listEveryKey),
      })),
    revoke: (id) =>
      atService(cli, false, async (service, caller, label) => ({
        label,
        value: await service.write(caller, (call) => revokeKey(call, id)),
      })),
  }
}

function atEnvironment(site: Site): KeyPlace {
  const remote = () => site.connect(site.project, site.target)
  return {
    async create({ mode, ...params }) {
      refuseOtherMode(site, mode)
      return writingTo(await remote(), (writer) => writer.createKey(params))
    },
    async list() {
      const at = await remote()
      return { label: at.label, value: await readingFrom(at, everyKey) }
    },
    revoke: async (id) => writingTo(await remote(), (writer) => writer.revokeKey(id)),
  }
}

async function writingTo<T>(
  remote: Remote,
  use: (writer: Awaited<ReturnType<Remote['writer']>>) => Promise<T>,
): Promise<At<T>> {
  const writer = await remote.writer()
  return { label: remote.label, value: await use(writer).finally(() => writer.close()) }
}

function refuseOtherMode({ target: { name, settings } }: Site, mode: Mode | undefined): void {
  const own = modeOf(settings)
  if (mode === undefined || mode === own) return
  throw badUsage(
    `environment "${name}" is ${own} mode, so its keys are too: no key was made`,
    'leave out --mode, or name an environment of that mode',
  )
}

/** The largest page. */
const MANY = 100

async function everyKey(reader: RemoteReader): Promise<ListObject<ApiKey>> {
  const data: ApiKey[] = []
  for (;;) {
    const last = data.at(-1)?.id
    const page = await reader.listKeys({ limit: MANY, ...(last !== undefined && { starting_after: last }) })
    data.push(...page.data)
    if (!page.has_more || page.data.length === 0) return { ...page, has_more: false, data }
  }
}
