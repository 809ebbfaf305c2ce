import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import pc from 'picocolors'
import { describe, expect, onTestFinished, test } from 'vitest'
import { COMMANDS } from '../../src/cli/program/table.js'
import type { Terminal } from '../../src/cli/program/terminal.js'
import { localUser } from '../../src/service/operations/calls/principal.js'
import { fitted } from '../../src/text/fitted.js'
import { aGithubServer } from '../forge/github-server.js'
import { aDefinition, aProject, ended, flowsProcess, startOnTerminal, writeFiles } from '../helpers/cli.js'
import { runHere } from '../helpers/in-process.js'
import { sameEverywhere } from '../helpers/same-everywhere.js'
import { served } from '../service/serving.js'
import { begin } from '../stripe/history.js'
import { StripeStandIn } from '../stripe/stand-in.js'
import { COMMIT, type Scene, STORY, STRIPE_FLOW } from './outputs/story.js'

/*
 * What people see: every command's output on a wide terminal with colours, as files that are read like code; `npm run cases`
 * rewrites them. On a narrow one without colours it is the same, less the colours and fitted; where a command lays out anew
 * what it prints, as help does, that has a file of its own. The commands run in this process, over the terminal that the
 * program itself talks to; that a real one shows the same is tested below.
 */

const OUTPUTS = 'test/cli/outputs'
const WIDE = { columns: 120, colour: true }
const NARROW = { columns: 80, colour: false }

type Variant = typeof WIDE

/** What a command printed, piece by piece. */
interface Piece {
  readonly text: string
  /** Whether it is broken where it is too long for a line. */
  readonly isFitted: boolean
}

interface Shown {
  readonly scene: Scene
  readonly code: number
  readonly pieces: readonly Piece[]
}

test('every command has outputs', () => {
  const shown = new Set(STORY.map(({ command }) => command))
  expect(COMMANDS.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([])
})

test('the story reads as it did, on a wide terminal with colours and on a narrow one without', async () => {
  const [wide, narrow] = [await told(WIDE), await told(NARROW)]
  expect(wide.filter(({ scene, code }) => code !== (scene.code ?? 0)).map((one) => textOf(one))).toEqual([])
  const ownFiles: string[] = []
  for (const [index, shown] of wide.entries()) {
    const name = `${shown.scene.command}/${shown.scene.name}`
    await expect.soft(textOf(shown)).toMatchFileSnapshot(`outputs/${name}.txt`)
    const [expected, got] = [stripVTControlCharacters(textOf(shown, NARROW)), textOf(narrow[index] as Shown, NARROW)]
    if (got === expected) continue
    ownFiles.push(`${name}.narrow.txt`)
    await expect.soft(got).toMatchFileSnapshot(`outputs/${name}.narrow.txt`)
  }
  const files = [...STORY.map(({ command, name }) => `${command}/${name}.txt`), ...ownFiles]
  expect(
    filesOf(OUTPUTS).filter((file) => !files.includes(file)),
    'files of nothing that is printed',
  ).toEqual([])
})

/** All scenes, one after another, in folders and at a service of their own. */
async function told(variant: Variant): Promise<Shown[]> {
  const folder = mkdtempSync(join(tmpdir(), 'flows-outputs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { url, key, clock, service } = await served()
  const forge = await aGithubServer()
  forge.open({ branch: 'edit', commits: [COMMIT] })
  const stripe = await anAccount()
  const kept = new Map<string, string>()
  const all: Shown[] = []
  for (const scene of STORY) {
    for (const file of scene.gone ?? []) rmSync(join(folder, file))
    const values = { URL: url, FORGE: forge.origin, ...stripe }
    if (scene.files) writeFiles(folder, replaced(scene.files, values))
    clock.now = Math.floor(Date.now() / 1000)
    if (scene.outside) await service.write({ livemode: false, principal: localUser('dashboard') }, scene.outside)
    const cwd = join(folder, scene.cwd ?? 'project')
    const shown = await play(scene, variant, {
      cwd,
      env: { FLOWS_KEY: key, ...replaced(scene.env ?? {}, values) },
      kept,
    })
    const text = shown.pieces.map((piece) => piece.text).join('')
    for (const [name, pattern] of Object.entries(scene.keep ?? {}))
      kept.set(name, pattern.exec(text)?.[0] ?? `no ${name}`)
    all.push(shown)
  }
  return all
}

/** An account at Stripe that has been used for a while, and its keys. */
async function anAccount(): Promise<Readonly<Record<string, string>>> {
  const standIn = await StripeStandIn.start()
  onTestFinished(() => standIn.close())
  const selfie = { document: { require_matching_selfie: true } }
  const edited = { at: 150, options: { ...selfie, phone: { require_verification: true } } }
  const flows = [
    { id: STRIPE_FLOW, options: selfie, edited },
    { id: 'vf_1CampaignCampaignCampai', options: { document: { allowed_types: ['passport' as const] } } },
  ]
  const now = Math.floor(Date.now() / 1000)
  begin(standIn.live, { count: 200, flows, from: now - 4 * 24 * 60 * 60, to: now - 60, withoutFlow: 0.1 })
  return {
    STRIPE: standIn.url,
    READING: standIn.keys.restricted('live', { sessions: 'read' }),
    NOT_READING: standIn.keys.restricted('live', { events: 'read' }),
    WRITING: standIn.keys.restricted('test', { sessions: 'write' }),
  }
}

/** What is seen of it on a terminal of so many columns. */
function textOf({ scene, pieces }: Shown, { columns } = WIDE): string {
  const seen = pieces.map(({ text, isFitted }) => (isFitted ? fitted(text, columns) : text)).join('')
  return sameEverywhere(`$ flows ${scene.args.join(' ')}\n${seen}`)
}

function filesOf(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.txt'))
}

describe('a real terminal', () => {
  const LONG = `https://example.com/${'a-long-way/'.repeat(4)}verified`

  test.each([120, 80, 40])('of %i columns gets the lines of a pipe, fitted', async (columns) => {
    const cwd = aProject({ high: aDefinition('High', `description: ${'long '.repeat(30)}\nreturn_url: ${LONG}\n`) })
    const [shown, piped] = await Promise.all([
      ended(startOnTerminal(['--no-color', 'plan'], { cwd, columns })),
      flowsProcess(['plan'], { cwd }),
    ])
    expect(shown.stdout.replaceAll('\r', '')).toBe(fitted(piped.stdout, columns))
    expect(piped.stdout).not.toBe(fitted(piped.stdout, columns))
  })

  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with ESC
  const COLOURS = /\u001b\[\d+m/g

  test('gets colours, and none where NO_COLOR or a dumb terminal asks for that', async () => {
    const cwd = aProject({ high: aDefinition('High', 'return_url: https://example.com/\n') })
    const on = (env: Readonly<Record<string, string>>) => ended(startOnTerminal(['plan'], { cwd, columns: 80, env }))
    const [coloured, ...plain] = await Promise.all([on({}), on({ NO_COLOR: '1' }), on({ TERM: 'dumb' })])
    expect(coloured?.stdout).toContain('\u001b[32m')
    for (const { stdout } of plain) expect(stdout).toBe(coloured?.stdout.replaceAll(COLOURS, ''))
  })
})

interface World {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly kept: ReadonlyMap<string, string>
}

async function play(scene: Scene, { columns, colour }: Variant, { cwd, env, kept }: World): Promise<Shown> {
  const pieces: Piece[] = []
  let seen = ''
  const write = (text: string, isFitted: boolean) => {
    const before = seen
    seen += text
    pieces.push({ text, isFitted })
    const { until } = scene
    if (until !== undefined && seen.includes(until) && !before.includes(until)) {
      // By then it listens.
      setImmediate(() => process.emit('SIGINT', 'SIGINT'))
    }
  }
  const palette = pc.createColors(colour)
  const terminal: Terminal = {
    env: { USER: 'ci', ...env },
    cwd,
    palette,
    talkPalette: palette,
    columns,
    talkColumns: columns,
    isInteractive: scene.answer !== undefined,
    isTalkLive: false,
    keptUp: async () => true,
    result: (text) => write(text, false),
    show: (text) => write(text, true),
    talk: (text) => write(text, true),
    ask: async (question) => {
      write(`${question}${scene.answer}\n`, false)
      return scene.answer ?? ''
    },
  }
  const args = scene.args.map((arg) => kept.get(arg) ?? arg)
  const { code } = await runHere(args, { cwd, env: process.env, openTerminal: () => terminal })
  return { scene, code, pieces }
}

function replaced(files: Readonly<Record<string, string>>, values: Readonly<Record<string, string>>) {
  const put = (text: string) => text.replaceAll(/\{(\w+)\}/g, (found, name) => values[name] ?? found)
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, put(text)]))
}
