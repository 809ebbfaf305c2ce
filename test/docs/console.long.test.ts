import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sameEverywhere } from '../helpers/same-everywhere.js'
import { type Fence, isFence, PAGES, partsOf } from './pages.js'
import { aStage, type Stage } from './stage.js'

/*
 * A page is a story. Its `console` blocks run one after another in a project of their own (test/docs/project): lines that
 * begin with "$ " are commands, the others what they print, which `npm run cases` writes anew; "..." stands for any lines,
 * and a command without any is only run. A command that fails is followed by `$ echo $?`. `yaml` blocks begin with the
 * name of their file, which is written into the project and has to be valid. What else is needed stands in comments:
 *
 *   <!-- test: an empty folder -->
 *   <!-- test: $ flows apply --yes -->                                    a command that readers do not see
 *   <!-- test: by hand in live: low-value {"return_url": "https://..."} --> an edit outside git
 *   <!-- test: made by hand in live: age-check {"name": "Age check", ...} --> a flow that nobody manages
 *   <!-- test: 12 sessions in live: low-value -->
 *
 * Blocks that need what is not here have another kind, `sh` or `text`.
 */

const STORIES = PAGES.filter((page) =>
  partsOf(page).some((part) => isFence(part) && /^(?:console|ya?ml)$/.test(part.kind)),
)

/** What is tested here, what breaks a rule, what cannot run in a test, what is not a command. */
const KINDS = ['console', 'yaml', 'yaml invalid', 'sh', 'text', 'js', 'ts', 'terraform']

test.each(PAGES)('every block of %s says what it is', (page) => {
  expect(
    partsOf(page)
      .filter(isFence)
      .filter(({ kind }) => !KINDS.includes(kind)),
  ).toEqual([])
})

describe('the commands of a page do what it says', () => {
  test('there are pages with commands', () => expect(STORIES.length).toBeGreaterThan(5))

  test.each(STORIES)('%s', async (page) => {
    const stage = await aStage()
    const lines = readFileSync(page, 'utf8').split('\n')
    const played: string[] = []
    let next = 0
    for (const part of partsOf(page)) {
      if (!isFence(part)) await prepare(stage, part.note)
      else if (part.kind === 'console') {
        played.push(...lines.slice(next, part.first), ...(await play(stage, part, page)))
        next = part.last + 1
      } else if (part.kind === 'yaml') await writeFile(stage, part, page)
    }
    played.push(...lines.slice(next))
    // A page without commands is written by nobody but the test of the reference.
    if (next > 0) await expect(played.join('\n')).toMatchFileSnapshot(`../../${page}`)
  })
})

/** The lines of a block as they are today: its own, where they say the same. */
async function play(stage: Stage, { text, first }: Fence, page: string): Promise<string[]> {
  const steps = stepsOf(text)
  const lines: string[] = []
  for (const [index, { typed, said }] of steps.entries()) {
    const command = typed.map((line) => line.slice(2)).join('\n')
    const { code, output } = await stage.run(command)
    const isAsked = steps[index + 1]?.typed[0] === '$ echo $?'
    if (code !== 0 && !isAsked) throw new Error(`${page}:${first + 1}: exit code ${code} of ${command}\n${output}`)
    const today = sameEverywhere(output).trimEnd()
    lines.push(...typed, ...(said.length === 0 || fits(said, today) ? said : today.split('\n')))
  }
  return lines
}

interface Step {
  readonly typed: readonly string[]
  readonly said: readonly string[]
}

function stepsOf(text: string): Step[] {
  const steps: { typed: string[]; said: string[] }[] = []
  for (const line of text.split('\n')) {
    const last = steps.at(-1)
    if (line.startsWith('$ ')) steps.push({ typed: [line], said: [] })
    else if (last === undefined) throw new Error(`the block begins with what is not a command: ${line}`)
    else if (last.said.length === 0 && last.typed.at(-1)?.endsWith('\\')) last.typed.push(line)
    else last.said.push(line)
  }
  return steps
}

function fits(said: readonly string[], today: string): boolean {
  const lines = sameEverywhere(said.join('\n')).split('\n')
  const pattern = lines.map((line) => (line === '...' ? '(?:.*\n)*?' : `${escaped(line)}\n`)).join('')
  return new RegExp(`^${pattern}$`).test(`${today}\n`)
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

async function writeFile(stage: Stage, { text, first }: Fence, page: string): Promise<void> {
  const file = /^# ([\w./-]+\.ya?ml)$/.exec(text.split('\n')[0] ?? '')?.[1]
  if (file === undefined) throw new Error(`${page}:${first + 1}: the first line names no file`)
  stage.write(file, `${text}\n`)
  const { code, output } = await stage.run('flows validate')
  if (code !== 0) throw new Error(`${page}:${first + 1}: ${output}`)
}

async function prepare(stage: Stage, note: string): Promise<void> {
  const [, command] = /^\$ (.*)$/.exec(note) ?? []
  const [, made, place = '', key = '', params = ''] = /^(made )?by hand in (\w+): (\S+) (\{.*\})$/.exec(note) ?? []
  const [, times, where = '', flow = ''] = /^(\d+) sessions in (\w+): (\S+)$/.exec(note) ?? []
  if (note === 'an empty folder') stage.clear()
  else if (command !== undefined) {
    const { code, output } = await stage.run(command)
    if (code !== 0) throw new Error(`${note}: exit code ${code}\n${output}`)
  } else if (made !== undefined) await stage.make(place, { key, ...JSON.parse(params) })
  else if (key !== '') await stage.edit(place, key, JSON.parse(params))
  else if (times !== undefined) await stage.use(where, flow, Number(times))
  else throw new Error(`no test knows what this means: ${note}`)
}
