import type { RemoteReader, RemoteWriter } from '../../remote/remote.js'
import type { Cli } from '../program/command.js'
import { openProject, targetOf } from './project.js'
import { remoteOf } from './target.js'

/** Does one thing with a reader of an environment, and closes it. */
export async function reading<T>(
  cli: Cli,
  env: string | undefined,
  use: (reader: RemoteReader, environment: string) => Promise<T>,
): Promise<T> {
  const project = openProject(cli)
  const target = targetOf(project, cli, env)
  const reader = await (await remoteOf(project, target, cli.terminal)).reader()
  return use(reader, target.name).finally(() => reader.close())
}

/** Does one thing with a writer of an environment, and closes it. */
export async function writing<T>(
  cli: Cli,
  env: string | undefined,
  use: (writer: RemoteWriter, environment: string) => Promise<T>,
): Promise<T> {
  const project = openProject(cli)
  const target = targetOf(project, cli, env)
  const writer = await (await remoteOf(project, target, cli.terminal)).writer()
  return use(writer, target.name).finally(() => writer.close())
}
