import { existsSync } from 'node:fs'
import type { Project } from '../../app/project/project.js'
import type { Target } from '../../app/site.js'
import { modeFor, modeOf } from '../../model/mode.js'
import { embedded } from '../../remote/embedded/embedded.js'
import { http } from '../../remote/http/http.js'
import type { Remote } from '../../remote/remote.js'
import { apiKeyOf, storeFile } from '../options/target.js'
import type { Terminal } from '../program/terminal.js'
import { type Found, ok, problem } from './finding.js'

/**
 * Two environments with the same store and mode undo each other for ever, and the stricter guards are worth nothing.
 * Addresses cannot show this, because one service may have several. Environments that cannot be reached are skipped;
 * other checks report them.
 */
export async function checkSharedStores(
  project: Project,
  targets: readonly Target[],
  terminal: Terminal,
  patience: number,
): Promise<Found[]> {
  const check = 'environments'
  const places = await Promise.all(targets.map((target) => placeOf(project, target, terminal, patience)))
  const byPlace = new Map<string, string[]>()
  for (const [index, { name }] of targets.entries()) {
    const place = places[index]
    if (place) byPlace.set(place, [...(byPlace.get(place) ?? []), name])
  }
  const shared = [...byPlace].filter(([, names]) => names.length > 1)
  if (shared.length === 0) return [ok(check, 'no two that can be reached are the same store and mode')]
  return shared.map(([place, names]) =>
    problem(
      check,
      `${names.map((name) => `"${name}"`).join(' and ')} are the same store, and both ${place.split(' ')[0]} mode: what one applies the other takes back`,
      'keep one of them, or give each a service or a mode of its own',
    ),
  )
}

/** Mode and store of an environment; null if they cannot be found out, or if there is no store yet. */
async function placeOf(project: Project, target: Target, terminal: Terminal, patience: number): Promise<string | null> {
  try {
    const remote = remoteFor(project, target, terminal, patience)
    if (remote === null) return null
    const reader = await remote.reader()
    const { store, livemode } = await reader.state(project.config.project).finally(() => reader.close())
    return store === null ? null : `${modeFor(livemode)} ${store}`
  } catch {
    return null
  }
}

function remoteFor(project: Project, target: Target, terminal: Terminal, patience: number): Remote | null {
  const { api } = target.settings
  if (api !== undefined) {
    return http({ api, apiKey: apiKeyOf(target, terminal), mode: modeOf(target.settings), patience })
  }
  const file = storeFile(project, terminal)
  return existsSync(file) ? embedded({ file, actor: null }) : null
}
