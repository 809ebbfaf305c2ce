import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pc from 'picocolors'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../../src/cli/program/main.js'
import { COMMANDS } from '../../src/cli/program/table.js'
import type { Terminal } from '../../src/cli/program/terminal.js'
import { fitted } from '../../src/text/fitted.js'
import { aGithubServer } from '../forge/github-server.js'
import { aDefinition, aProject, ended, flows, startOnTerminal, writeFiles } from '../helpers/cli.js'
import { sameEverywhere } from '../helpers/same-everywhere.js'
import { served } from '../service/serving.js'
import { COMMIT, type Scene, STORY } from './outputs/story.js'

/*
 * What people see: every command's output on a wide and a narrow terminal, with and without colour, as files that are
 * read like code. `npm run cases` rewrites them. The commands run in this process, over the terminal that the program
 * itself talks to; that a real one shows the same is tested below.
 */

const VARIANTS = [
  { name: 'wide.plain', columns: 120, colour: false },
  { name: 'wide.colour', columns: 120, colour: true },
  { name: 'narrow.plain', columns: 80, colour: false },
  { name: 'narrow.colour', columns: 80, colour: true },
] as const

type Variant = (typeof VARIANTS)[number]

const START = process.cwd()

test('every command has outputs', () => {
  const shown = new Set(STORY.map(({ command }) => command))
  expect(COMMANDS.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([])
})

describe.each(VARIANTS)('on a terminal that is $name', (variant) => {
  let folder: string
  const kept = new Map<string, string>()

  beforeAll(() => {
    // One listener for each command, which is one for each process otherwise.
    for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(STORY.length * VARIANTS.length)
    folder = mkdtempSync(join(tmpdir(), 'flows-outputs-'))
  })
  afterAll(() => {
    process.chdir(START)
    rmSync(folder, { recursive: true, force: true })
  })

  test('the story reads as it did', async () => {
    const { url, key, clock, service } = await served()
    const forge = await aGithubServer()
    forge.open({ branch: 'edit', commits: [COMMIT] })
    const wrong: string[] = []
    for (const scene of STORY) {
      for (const file of scene.gone ?? []) rmSync(join(folder, file))
      const values = { URL: url, FORGE: forge.origin }
      if (scene.files) writeFiles(folder, replaced(scene.files, values))
      process.chdir(join(folder, scene.cwd ?? 'project'))
      clock.now = Math.floor(Date.now() / 1000)
      if (scene.outside) await service.write({ livemode: false, actor: 'dashboard' }, scene.outside)
      const env = { FLOWS_KEY: key, ...replaced(scene.env ?? {}, values) }
      const { code, text } = await play(scene, variant, { env, kept })
      for (const [name, pattern] of Object.entries(scene.keep ?? {})) {
        kept.set(name, pattern.exec(text)?.[0] ?? `no ${name}`)
      }
      if (code !== (scene.code ?? 0)) wrong.push(`${scene.command} ${scene.name}: exit code ${code}\n${text}`)
      const shown = `$ flows ${scene.args.join(' ')}\n${text}`
      await expect
        .soft(sameEverywhere(shown))
        .toMatchFileSnapshot(`outputs/${scene.command}/${scene.name}.${variant.name}.txt`)
    }
    expect(wrong).toEqual([])
  })
})

describe('a real terminal', () => {
  const LONG = `https://example.com/${'a-long-way/'.repeat(4)}verified`

  test.each([120, 80, 40])('of %i columns gets the lines of a pipe, fitted', async (columns) => {
    const cwd = aProject({ high: aDefinition('High', `description: ${'long '.repeat(30)}\nreturn_url: ${LONG}\n`) })
    const [shown, piped] = await Promise.all([
      ended(startOnTerminal(['--no-color', 'plan'], { cwd, columns })),
      flows(['plan'], { cwd }),
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
  readonly env: Readonly<Record<string, string>>
  readonly kept: ReadonlyMap<string, string>
}

async function play(scene: Scene, { columns, colour }: Variant, { env, kept }: World) {
  let text = ''
  const write = (more: string) => {
    const before = text
    text += more
    const { until } = scene
    if (until !== undefined && text.includes(until) && !before.includes(until)) {
      // By then it listens.
      setImmediate(() => process.emit('SIGINT', 'SIGINT'))
    }
  }
  const palette = pc.createColors(colour)
  const terminal: Terminal = {
    env: { USER: 'ci', ...env },
    cwd: process.cwd(),
    palette,
    talkPalette: palette,
    columns,
    talkColumns: columns,
    isInteractive: scene.answer !== undefined,
    isTalkLive: false,
    result: write,
    show: (more) => write(fitted(more, columns)),
    talk: (more) => write(fitted(more, columns)),
    ask: async (question) => {
      write(`${question}${scene.answer}\n`)
      return scene.answer ?? ''
    },
  }
  const args = scene.args.map((arg) => kept.get(arg) ?? arg)
  const others = process.listeners('SIGINT')
  const code = await main(args, () => terminal)
  // Those of a process that would end now.
  for (const one of process.listeners('SIGINT')) if (!others.includes(one)) process.off('SIGINT', one)
  return { code, text }
}

function replaced(files: Readonly<Record<string, string>>, values: Readonly<Record<string, string>>) {
  const put = (text: string) => text.replaceAll(/\{(\w+)\}/g, (found, name) => values[name] ?? found)
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, put(text)]))
}
