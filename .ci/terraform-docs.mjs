// Writes the schema of the provider into the pages in src/terraform/docs/, between the marks, from the provider itself.
// The rest of each page is written by hand. With `--check` nothing is written, and a stale page is an error.
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const FOLDER = 'src/terraform/docs'
const BEGIN = '<!-- schema: made by npm run generate -->'
const END = '<!-- /schema -->'

const provider = await loadProvider()
const pages = [
  ['index.md', provider.schema],
  ...pagesOf('resources', provider.resources),
  ...pagesOf('data-sources', provider.dataSources),
  ...pagesOf('ephemeral-resources', provider.ephemeralResources),
]
const stale = pages.filter(([page, schema]) => !refresh(`${FOLDER}/${page}`, schema)).map(([page]) => page)
if (stale.length > 0 && process.argv.includes('--check')) {
  console.error(`${FOLDER}: ${stale.join(', ')} is stale: run "npm run generate" and commit the result`)
  process.exit(1)
}

function pagesOf(folder, kinds) {
  return Object.entries(kinds).map(([name, { schema }]) => [`${folder}/${name.replace(/^flows_/, '')}.md`, schema])
}

/** Answers whether the page was as it should be. */
function refresh(file, schema) {
  const text = readFileSync(file, 'utf8')
  const [before, rest] = text.split(BEGIN)
  const after = rest?.split(END)[1]
  if (after === undefined) throw new Error(`${file} has no place for the schema: "${BEGIN}" and "${END}"`)
  const made = `${before}${BEGIN}\n${schemaText(schema)}\n${END}${after}`
  if (made !== text && !process.argv.includes('--check')) writeFileSync(file, made)
  return made === text
}

function schemaText(schema) {
  return `\n${schema.description}\n\n## Schema\n\n${[...bodyText(schema), ...nestedTexts(schema, [])].join('\n\n')}\n`
}

/** The lists of one body: what must be given, what may, and what the provider gives. */
function bodyText({ attributes, blocks = {} }) {
  const named = Object.entries(attributes)
  const item = ([name, attribute]) => `- \`${name}\` (${typeText(attribute)}) ${attribute.description}`
  const blockItems = Object.entries(blocks).map(([name, { description }]) => `- \`${name}\` (block) ${description}`)
  const groups = [
    ['Required', named.filter(([, { given }]) => given === 'required').map(item)],
    [
      'Optional',
      [
        ...named.filter(([, { given }]) => given === 'optional' || given === 'optional_or_computed').map(item),
        ...blockItems,
      ],
    ],
    ['Read-only', named.filter(([, { given }]) => given === 'computed').map(item)],
  ]
  return groups.filter(([, items]) => items.length > 0).map(([title, items]) => `**${title}**\n\n${items.join('\n')}`)
}

/** Each block, and each attribute that is an object, under its path. */
function nestedTexts({ attributes, blocks = {} }, path) {
  const objects = Object.entries(attributes).flatMap(([name, { type }]) =>
    typeof type === 'object' && 'attributes' in type ? [[name, { attributes: type.attributes }, 'Object']] : [],
  )
  const inner = Object.entries(blocks).map(([name, block]) => [name, block, 'Block'])
  return [...inner, ...objects].flatMap(([name, body, kind]) => {
    const here = [...path, name]
    return [`### ${kind} \`${here.join('.')}\``, ...bodyText(body), ...nestedTexts(body, here)]
  })
}

function typeText({ type, sensitive }) {
  return `${wordOf(type)}${sensitive ? ', sensitive' : ''}`
}

function wordOf(type) {
  const words = { string: 'string', number: 'number', bool: 'boolean' }
  if (typeof type === 'string') return words[type]
  if ('attributes' in type || type[0] === 'object') return 'object'
  return `${type[0]} of ${wordOf(type[1])}s`
}

async function loadProvider() {
  const outfile = 'node_modules/.cache/flows/terraform-docs.mjs'
  await build({
    stdin: { contents: "export { flowsProvider } from './src/terraform/provider.ts'", resolveDir: process.cwd() },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
    // Nothing is opened and nothing is sent: only the schemas are read.
    packages: 'external',
    logLevel: 'warning',
  })
  const { flowsProvider } = await import(pathToFileURL(outfile).href)
  return flowsProvider({ env: {}, cwd: process.cwd(), source: async () => null })
}
