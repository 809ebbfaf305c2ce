import type { Receiver } from '../../model/schema-types.js'
import type { Notice } from '../../notify/notice.js'
import { payloadOf } from '../../notify/payload.js'
import { apiAddressFault } from '../../validate/address.js'
import type { Site } from '../site.js'

/** Sends a body of JSON. Rejects with a message that does not show the address. */
export type Post = (address: string, body: string) => Promise<void>

/**
 * Tells the receivers that the configuration names for the notice's event and environment. Never throws: what was done
 * is done, whoever hears of it. A receiver that cannot be told is a warning.
 */
export async function notify({ project, env, reporter }: Site, notice: Notice, post: Post): Promise<void> {
  const meant = (project.config.notify ?? []).filter((receiver) => isMeant(receiver, notice))
  // At once: a receiver that never answers must not delay the job once for each of them.
  const problems = await Promise.all(meant.map((receiver) => told(receiver, notice, env, post)))
  for (const [index, problem] of problems.entries()) {
    if (problem !== undefined) reporter.warn(`${meant[index]?.to} was not told of this: ${problem}`)
  }
}

function isMeant({ on, environments }: Receiver, { event, environment }: Notice): boolean {
  return (on === undefined || on.includes(event)) && (environments === undefined || environments.includes(environment))
}

/** What went wrong, if anything did. */
async function told(receiver: Receiver, notice: Notice, env: Site['env'], post: Post): Promise<string | undefined> {
  const name = receiver.address_env
  const address = env[name]?.trim()
  if (!address) return `${name} is not set`
  // Never show the value: whoever has it can post.
  if (!isWebAddress(address)) return `the value of ${name} is not an https address`
  try {
    await post(address, JSON.stringify(payloadOf(receiver.to, notice)))
    return undefined
  } catch (error) {
    return (error as Error).message.replaceAll(address, '...')
  }
}

/** https, or http to this machine. */
function isWebAddress(text: string): boolean {
  try {
    return apiAddressFault(new URL(text).origin) === undefined
  } catch {
    return false
  }
}
