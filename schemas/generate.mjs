// Makes from the schemas what the code needs of them:
//   src/model/schema-types.ts            TypeScript types (committed; `--check` fails when stale)
//   src/validate/generated/*.js          compiled ajv validators (built, not committed)
//   src/remote/http/generated/answers.js what the client checks of answers (built, not committed)
//   src/validate/generated/fingerprint.js what a cached result depends on (built, not committed)
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Ajv2020 from 'ajv/dist/2020.js'
import standaloneCode from 'ajv/dist/standalone/index.js'
import { build } from 'esbuild'
import { compile } from 'json-schema-to-typescript'
import { fingerprint } from './fingerprint.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)
const names = ['flow', 'base', 'config', 'policy', 'test', 'plan', 'deployment']
/** What is checked by a validator of its own. A flow's file is checked by what it is, so that each fault is named once. */
const checked = {
  flow: 'flow.schema.json#/$defs/definition',
  'flow-part': 'flow.schema.json#/$defs/extending',
  'flow-body': 'flow.schema.json#/$defs/body',
  config: 'config.schema.json',
  policy: 'policy.schema.json',
  test: 'test.schema.json',
  plan: 'plan.schema.json',
  deployment: 'deployment.schema.json',
}
/** Shapes of answers: types are made of them, and no validators. */
const answers = 'api'
const read = (name) => JSON.parse(readFileSync(join(here, `${name}.schema.json`), 'utf8'))

/** Keywords that an answer may break for a client that is older than the service, and those that check nothing. */
const LIMITS = new Set([
  ...['pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems', 'minProperties'],
  ...['maxProperties', 'propertyNames', 'uniqueItems', 'examples', 'default', 'title', 'description'],
])

/** Keywords whose members have names of their own. */
const NAMED = new Set(['properties', '$defs'])

/** Definitions of the schemas that are types although no whole schema is one of them. */
const TYPES = ['definition', 'body']

const typesFile = join(root, 'src/model/schema-types.ts')
const types = await typesSource()
if (process.argv.includes('--check')) {
  if (readFileSync(typesFile, 'utf8') !== types) {
    console.error('src/model/schema-types.ts is stale: run "npm run generate" and commit the result')
    process.exit(1)
  }
} else {
  writeFileSync(typesFile, types)
  await writeValidators()
  await writeAnswerChecks()
}

/** One file for all schemas, so that a definition two schemas share is one type. */
async function typesSource() {
  const defs = {}
  for (const name of names) {
    const { $schema, $id, $defs, ...body } = read(name)
    // A choice of shapes has no type of its own.
    const own = { ...$defs, ...('if' in body || '$ref' in body ? {} : { [name]: body }) }
    Object.assign(defs, name === 'test' ? shared(own) : own)
  }
  const resources = read(answers).$defs
  Object.assign(defs, shared(resources))
  const relinked = JSON.parse(JSON.stringify(defs).replaceAll(/(?<="\$ref":")[^"]+/g, (ref) => inOneFile(ref)))
  const all = {
    title: 'SchemaTypes',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      [...TYPES, ...names.filter((name) => Object.hasOwn(defs, name)), ...Object.keys(resources)].map((name) => [
        name,
        { $ref: `#/$defs/${name}` },
      ]),
    ),
    $defs: keepTypeTitles(relinked),
  }
  return compile(all, 'SchemaTypes', {
    bannerComment: '// Generated from schemas/*.schema.json by `npm run generate`. Change the schemas instead.',
    additionalProperties: false,
    format: true,
    style: { semi: false, singleQuote: true, printWidth: 120 },
    unreachableDefinitions: false,
  })
}

/** "plan.schema.json#/$defs/change" is "#/$defs/change" there, and "plan.schema.json" itself "#/$defs/plan". */
function inOneFile(ref) {
  const [file, pointer] = ref.split('#')
  if (file === '' || pointer?.startsWith('/$defs/')) return `#${pointer}`
  return `#/$defs/${file.replace('.schema.json', '')}${pointer ?? ''}`
}

/** The generator copies what is referred to with words of its own beside it; this way it keeps one type. */
function shared(node) {
  if (Array.isArray(node)) return node.map((item) => shared(item))
  if (node === null || typeof node !== 'object') return node
  const { $ref, description } = node
  if (typeof $ref === 'string' && description !== undefined) return { description, allOf: [{ $ref }] }
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, shared(value)]))
}

/** The generator names a type after every title; only whole shapes deserve a name. */
function keepTypeTitles(node, key) {
  if (Array.isArray(node)) return node.map((item) => keepTypeTitles(item))
  if (node === null || typeof node !== 'object') return node
  const named = [
    'definition',
    'body',
    'variable',
    'config',
    'policy',
    'test',
    'test_case',
    'test_given',
    'test_then',
    'test_expect',
    'test_policy',
    'plan',
    'deployment',
    'environment',
    'receiver',
    'guards',
    'overlay',
    'options',
    'flow_config',
    'change',
    'field',
    'reason',
    'guard',
    'policy_result',
    'deployed_change',
    'deployed_edit',
  ]
  const copy = {}
  for (const [name, value] of Object.entries(node)) {
    if (name === 'title' && typeof value === 'string' && !(named.includes(key) && node.type === 'object')) continue
    if (name === 'examples' || name === 'default' || name === 'minItems' || name === 'maxItems') continue
    copy[name] = keepTypeTitles(value, name)
  }
  return copy
}

/** The answers that the client reads, by the names that the code has for them. Of some only what it uses. */
function checkedAnswers() {
  const { $defs } = read(answers)
  const shown = ['id', 'object', 'created', 'livemode', 'status', 'type', 'metadata', 'options', 'client_reference_id']
  const session = only($defs.verification_session, [...shown, 'verification_flow', 'verification_flow_version'])
  const key = withoutKnownScopes($defs.api_key)
  const ofKey = ['id', 'object', 'livemode', 'name', 'scopes', 'expires', 'type']
  const lifeOfKey = ['created', 'created_by', 'last_used', 'redacted', 'revoked', 'secret']
  return {
    isState: $defs.flow_state,
    isFlow: $defs.verification_flow,
    isFlowProbe: $defs.verification_flow_probe,
    isFlowVersion: $defs.verification_flow_version,
    isSession: withoutWords(session),
    isApiKey: only(key, ofKey),
    isShownKey: only(key, [...ofKey, ...lifeOfKey]),
    isDeployment: $defs.flow_deployment,
    isDeploymentSummary: $defs.flow_deployment_summary,
    isDeployedFlow: $defs.deployed_flow,
    isStaleFlow: $defs.stale_flow,
    isList: only($defs.list, ['object', 'has_more', 'data']),
  }
}

function only(schema, names) {
  const properties = Object.fromEntries(names.map((name) => [name, schema.properties[name]]))
  return { ...schema, properties, required: schema.required.filter((name) => names.includes(name)) }
}

/** A service may leave links out of its state, so that each is asked for. */
function withoutLinks({ $defs: { observed_flow: flow, ...others }, ...schema }) {
  const required = flow.required.filter((name) => name !== 'static_link_url')
  return { ...schema, $defs: { ...others, observed_flow: { ...flow, required } } }
}

/** Statuses and types that a later service may add to a session: they are shown as they are. */
function withoutWords({ properties, ...schema }) {
  const { status, type, options, ...others } = properties
  const text = { type: 'string' }
  return { ...schema, properties: { ...others, status: text, type: text, options: { type: 'object' } } }
}

/** Scopes that a later service may have: they are shown as they are. */
function withoutKnownScopes({ properties, ...schema }) {
  return { ...schema, properties: { ...properties, scopes: { type: ['array', 'null'], items: { type: 'string' } } } }
}

/** A service may be newer than the client: what it says beyond the schema is no harm, and its limits are its own. */
function tolerant(node) {
  if (Array.isArray(node)) return node.map((item) => tolerant(item))
  if (node === null || typeof node !== 'object') return node
  const kept = Object.entries(node).filter(([keyword, value]) => !LIMITS.has(keyword) && value !== false)
  const inside = ([keyword, value]) => (NAMED.has(keyword) ? values(value, tolerant) : tolerant(value))
  return Object.fromEntries(kept.map((entry) => [entry[0], inside(entry)]))
}

function values(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]))
}

/** "#/$defs/x" of the file of answers, as other files write it. */
function absolute(schema) {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#', `"$ref":"${answers}.schema.json#`))
}

async function writeAnswerChecks() {
  const folder = join(root, 'src/remote/http/generated')
  mkdirSync(folder, { recursive: true })
  const ajv = new Ajv2020({
    strict: false,
    validateFormats: false,
    inlineRefs: false,
    messages: false,
    code: { source: true, esm: true, optimize: 2 },
  })
  for (const each of [...names, answers])
    ajv.addSchema(tolerant(each === answers ? withoutLinks(read(each)) : read(each)))
  const checks = checkedAnswers()
  for (const [name, schema] of Object.entries(checks)) ajv.addSchema(absolute(tolerant(schema)), name)
  const code = standaloneCode(ajv, Object.fromEntries(Object.keys(checks).map((name) => [name, name])))
  writeFileSync(join(folder, 'answers.js'), await asModule(code))
  const declared = Object.keys(checks).map((name) => `export declare const ${name}: (value: unknown) => boolean\n`)
  writeFileSync(join(folder, 'answers.d.ts'), declared.join(''))
}

/** ajv's standalone code calls require() for its helpers; bundling makes it a plain module. */
async function asModule(contents) {
  const bundled = await build({
    stdin: { contents, resolveDir: root, loader: 'js' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    minify: true,
    write: false,
  })
  return bundled.outputFiles[0].text
}

/** One module per schema, so that a command loads only the validator it needs. */
async function writeValidators() {
  const folder = join(root, 'src/validate/generated')
  mkdirSync(folder, { recursive: true })
  for (const [name, ref] of Object.entries(checked)) {
    const ajv = new Ajv2020({
      strict: true,
      allErrors: true,
      verbose: true, // an error carries the value and the schema that it broke, for messages and hints
      allowUnionTypes: true,
      validateFormats: false, // addresses are checked by a rule of our own, which can explain itself
      code: { source: true, esm: true },
    })
    for (const each of names) ajv.addSchema(read(each))
    writeFileSync(join(folder, `${name}.js`), await asModule(standaloneCode(ajv, ajv.getSchema(ref))))
    writeFileSync(
      join(folder, `${name}.d.ts`),
      "import type { ValidateFunction } from 'ajv'\nexport declare const validate: ValidateFunction\n",
    )
  }
  writeFileSync(join(folder, 'fingerprint.js'), `export const FINGERPRINT = '${fingerprint()}'\n`)
  writeFileSync(join(folder, 'fingerprint.d.ts'), 'export declare const FINGERPRINT: string\n')
}
