import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import pc from 'picocolors'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { serve } from '../../src/cli/commands/service/serve.js'
import { ExitCode } from '../../src/cli/program/exit-code.js'
import { main } from '../../src/cli/program/main.js'
import { COMMANDS } from '../../src/cli/program/table.js'
import type { Terminal } from '../../src/cli/program/terminal.js'
import { FORGE_VARIABLES } from '../../src/cli/service/forge.js'
import { OIDC_VARIABLES } from '../../src/cli/service/oidc.js'
import { settingsOf } from '../../src/cli/service/settings.js'
import { STRIPE_VARIABLES } from '../../src/cli/service/stripe.js'
import { DIAGNOSTIC_CODES, type DiagnosticCode } from '../../src/model/diagnostic.js'
import { openApiDocument } from '../../src/service/openapi/document.js'
import { aFolder, writeFiles } from '../helpers/cli.js'
import { EXAMPLES } from './diagnostic-examples.js'
import { schemaText } from './schema-text.js'

/*
 * What stands between the marks of a page of docs/reference is made here, of the code's own tables and schemas. The rest
 * of each page is written by hand. `npm run cases` brings the pages up to date.
 */

const FOLDER = 'docs/reference'

test('commands.md has every command as its help has it', async () => {
  const texts: string[] = []
  for (const row of COMMANDS) {
    const command = new Command(row.name).summary(row.summary).copyInheritedSettings(withHelp())
    ;(await row.load())(command, async () => {})
    texts.push(commandText(command, `flows ${row.name}`, 2))
  }
  await expectPart('commands.md', texts.join('\n\n'))
})

test.each(['flow', 'config', 'policy', 'test'] as const)('the page of the schema %s has every field', async (name) => {
  const pages = { flow: 'definition.md', config: 'configuration.md', policy: 'policy.md', test: 'test.md' }
  const schemaOf = (one: string) => JSON.parse(readFileSync(`schemas/${one}.schema.json`, 'utf8'))
  const schema = schemaOf(name)
  const { definition, extending } = schema.$defs ?? {}
  const fields = { ...extending?.properties, ...definition?.properties }
  const whole = name === 'flow' ? { ...definition, $defs: schema.$defs, properties: fields } : schema
  await expectPart(pages[name], schemaText(whole, schemaOf('flow')))
})

test('settings.md has every setting of flows serve, with its variable and its field', async () => {
  const command = new Command('serve')
  serve(command, async () => {})
  const rows = settingsOf(command).map(({ flags, variable, field, description, byDefault }) => {
    const [name, given] = [field === undefined ? '' : `\`${field}\``, byDefault === undefined ? '' : `\`${byDefault}\``]
    return `| \`${flags}\` | \`${variable}\` | ${name} | ${given} | ${description} |`
  })
  const heading = ['| option | variable | in the file | default | what it is |', '| --- | --- | --- | --- | --- |']
  const others = [...OIDC_VARIABLES, ...FORGE_VARIABLES, ...STRIPE_VARIABLES].map(
    ({ name, what }) => `|  | \`${name}\` |  |  | ${what} |`,
  )
  await expectPart('settings.md', [...heading, ...rows, ...others].join('\n'))
})

test('endpoints.md has every endpoint', async () => {
  const { paths } = openApiDocument()
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const { summary, 'x-required-scope': scope, 'x-stripe-extension': extension } = operation as Operation
      const cells = [
        `\`${method.toUpperCase()} ${path}\``,
        summary,
        scope ? `\`${scope}\`` : '',
        extension ? 'yes' : '',
      ]
      return `| ${cells.join(' | ')} |`
    }),
  )
  expect(rows.length).toBeGreaterThan(30)
  await expectPart(
    'endpoints.md',
    ['| endpoint | what it does | scope | extension |', '| --- | --- | --- | --- |', ...rows].join('\n'),
  )
})

test('exit-codes.md has every exit code', () => {
  const page = readFileSync(`${FOLDER}/exit-codes.md`, 'utf8')
  const listed = [...page.matchAll(/^\| (\d+) \| `(\w+)` \|/gm)].map(([, code, name]) => [name, Number(code)])
  expect(listed).toEqual(Object.entries(ExitCode))
})

describe('diagnostics.md', () => {
  const start = process.cwd()
  // One listener for each command, which is one for each process otherwise.
  beforeAll(() => {
    for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0)
  })
  afterEach(() => process.chdir(start))

  test('has every code with what gives it, what flows says then, and what mends it, all of it tried', async () => {
    const texts: string[] = []
    for (const [code, meaning] of Object.entries(DIAGNOSTIC_CODES) as [DiagnosticCode, string][]) {
      texts.push(`## ${code}\n\n${sentence(meaning)}\n\n${await exampleText(code)}`)
    }
    process.chdir(start)
    await expectPart('diagnostics.md', texts.join('\n\n'))
  })
})

interface Operation {
  readonly summary: string
  readonly 'x-required-scope'?: string
  readonly 'x-stripe-extension'?: boolean
}

/** Holds what stands between the marks of a page to be this text. */
async function expectPart(page: string, text: string): Promise<void> {
  const [before, rest] = readFileSync(`${FOLDER}/${page}`, 'utf8').split(BEGIN)
  const after = rest?.split(END)[1]
  if (after === undefined) throw new Error(`${page} has no place for it: "${BEGIN}" and "${END}"`)
  await expect(`${before}${BEGIN}\n\n${text}\n\n${END}${after}`).toMatchFileSnapshot(`../../${FOLDER}/${page}`)
}

const BEGIN = '<!-- made by npm run cases -->'
const END = '<!-- /made -->'

/** The settings that every command of the program has. */
function withHelp(): Command {
  return new Command('flows').helpOption('-h, --help', 'show help')
}

interface Described {
  readonly registeredArguments: readonly {
    name(): string
    readonly description: string
    readonly required: boolean
    readonly variadic: boolean
    readonly defaultValue?: unknown
    readonly argChoices?: readonly string[] | undefined
  }[]
  readonly options: readonly {
    readonly flags: string
    readonly description: string
    readonly hidden: boolean
    readonly defaultValue?: unknown
    readonly defaultValueDescription?: string | undefined
    readonly argChoices?: readonly string[] | undefined
  }[]
  readonly commands: readonly Described[]
  name(): string
  summary(): string
  description(): string
  usage(): string
  outputHelp(): void
  configureOutput(output: { writeOut(text: string): void }): unknown
}

/** A command and those below it, as a section with its arguments, its options and its examples. */
function commandText(command: Described, name: string, level: number): string {
  const what = command.summary() || command.description()
  const parts = [`${'#'.repeat(level)} ${name}`, sentence(what)]
  if (command.commands.length === 0) parts.push(`\`\`\`text\n${name} ${command.usage()}\n\`\`\``)
  const rows = [
    ...command.registeredArguments.map((one) => [`<${one.name()}>`, described(one)]),
    ...command.options.filter(({ hidden }) => !hidden).map((one) => [one.flags, described(one)]),
  ].map(([flags, text]) => `| \`${flags}\` | ${text} |`)
  if (rows.length > 0) parts.push(['| option | what it does |', '| --- | --- |', ...rows].join('\n'))
  parts.push(...afterOptions(command))
  return [...parts, ...command.commands.map((one) => commandText(one, `${name} ${one.name()}`, level + 1))].join('\n\n')
}

function described(one: Described['options'][number] | Described['registeredArguments'][number]): string {
  const { description, argChoices, defaultValue } = one
  const said = 'defaultValueDescription' in one ? one.defaultValueDescription : undefined
  const choices = argChoices ? `: ${argChoices.map((choice) => `\`${choice}\``).join(', ')}` : ''
  const plain =
    said ?? (typeof defaultValue === 'boolean' || defaultValue === undefined ? '' : JSON.stringify(defaultValue))
  const text = `${description}${choices}${plain === '' ? '' : ` (default: ${plain})`}`
  return text.replaceAll('|', '\\|').replaceAll(/<(\w+)>/g, '`<$1>`')
}

/** What help says below the options: examples, and now and then a word before them. */
function afterOptions(command: Described): string[] {
  let help = ''
  command.configureOutput({
    writeOut: (text) => {
      help += text
    },
  })
  command.outputHelp()
  const [before = '', examples = ''] = help.split('\nExamples:\n')
  const word = /show help\n(?:\nCommands:\n(?: .*\n)*)?\n([A-Z][\s\S]*)$/.exec(before)?.[1]?.trim()
  const lines = examples.split('\n').map((line) => line.replace(/^ {2}(?:\$ )?/, ''))
  return [...(word ? [word] : []), ...(examples ? [`\`\`\`sh\n${lines.join('\n').trim()}\n\`\`\``] : [])]
}

/** What a project gives this code, as text for the page: `flows validate` ran over it. */
async function exampleText(code: DiagnosticCode): Promise<string> {
  const { files = {}, made, alone, mend, mended } = EXAMPLES[code]
  const root = aFolder({
    'flows.config.yaml':
      'project: acme-kyc\nenvironments:\n  local: {}\n  live: { mode: live, api: https://flows.example.com, api_key_env: FLOWS_LIVE_KEY }\n',
  })
  mkdirSync(join(root, 'flows'))
  if (!alone) writeFiles(root, { 'flows/valid.yaml': 'name: Valid\ntype: document\n' })
  writeFiles(root, files)
  made?.by(root)
  process.chdir(root)
  const said = await validate()
  expect(said, said).toContain(` ${code} `)
  mended(root)
  expect(await validate(), code).toMatch(
    /^\d+ definitions?(?:,| and)?(?: \d+ bases?)?(?:,| and)?(?: 1 policy)?(?: and)?(?: 1 test file)? valid\.$/m,
  )
  const shown = Object.entries(files).map(([file, text]) => `\`\`\`yaml invalid\n# ${file}\n${text.trimEnd()}\n\`\`\``)
  return [...shown, ...(made ? [made.how] : []), `\`\`\`text\n${said.trimEnd()}\n\`\`\``, mend].join('\n\n')
}

async function validate(): Promise<string> {
  let text = ''
  const write = (more: string) => {
    text += more
  }
  const palette = pc.createColors(false)
  const terminal: Terminal = {
    ...{ env: {}, cwd: process.cwd(), palette, talkPalette: palette, columns: undefined, talkColumns: undefined },
    ...{
      isInteractive: false,
      isTalkLive: false,
      result: write,
      show: write,
      talk: write,
      keptUp: async () => true,
      ask: async () => '',
    },
  }
  await main(['validate', '--no-cache'], () => terminal)
  return text
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
}
