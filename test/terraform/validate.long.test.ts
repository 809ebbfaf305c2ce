import { expect, test } from 'vitest'
import { LONGEST_IDEMPOTENCY_KEY } from '../../src/model/resources.js'
import { flowsProvider } from '../../src/terraform/provider.js'
import { attached, type Workspace } from './harness.js'

/** The lines of a flow that stand in for those that every flow needs; the mark is where Terraform is to point. */
const MARK = '# here'

interface Case {
  readonly wrong: string
  /** The body of a flow, after a key, name and type that are right unless they are given. */
  readonly body: string
  readonly says: RegExp
}

const long = 'x'.repeat(501)

const CASES: readonly Case[] = [
  // What Terraform itself finds by the schema.
  { wrong: 'no key', body: '# key =', says: /argument "key" is required/ },
  { wrong: 'no name', body: '# name =', says: /argument "name" is required/ },
  { wrong: 'no type', body: '# type =', says: /argument "type" is required/ },
  {
    wrong: 'a list for a name',
    body: `name = ["a"] ${MARK}`,
    says: /Inappropriate value for attribute "name": string required/,
  },
  {
    wrong: 'a word for a switch',
    body: `protected = "yes" ${MARK}`,
    says: /attribute "protected": a bool is required/,
  },
  {
    wrong: 'a number for a switch in a block',
    body: `options {\n document {\n require_live_capture = 1 ${MARK}\n}\n}`,
    says: /"require_live_capture": bool required/,
  },
  {
    wrong: 'text for a set',
    body: `options {\n document {\n allowed_types = "passport" ${MARK}\n}\n}`,
    says: /"allowed_types": set of string required/,
  },
  { wrong: 'text for metadata', body: `metadata = "risk" ${MARK}`, says: /"metadata": map of string required/ },
  { wrong: 'a switch for a static link', body: `static_link = true ${MARK}`, says: /"static_link": object required/ },
  {
    wrong: 'a word for the switch of a static link',
    body: `static_link = { active = "on" } ${MARK}`,
    says: /a bool is required/,
  },
  {
    wrong: 'an argument that there is not',
    body: `require_selfie = true ${MARK}`,
    says: /argument named "require_selfie" is not expected/,
  },
  {
    wrong: 'a block that there is not',
    body: `option { ${MARK}\n}`,
    says: /Blocks of type "option" are not expected here. Did you mean "options"\?/,
  },
  {
    wrong: 'options in an argument',
    body: `options = {} ${MARK}`,
    says: /argument named "options" is not expected.*Did you mean to define a block/s,
  },
  {
    wrong: 'an option that there is not',
    body: `options {\n email {\n verify = true ${MARK}\n}\n}`,
    says: /argument named "verify" is not expected/,
  },
  {
    wrong: 'a block twice',
    body: `options {\n}\noptions { ${MARK}\n}`,
    says: /Only one block of type "options" is allowed/,
  },
  {
    wrong: 'an id of its own',
    body: `id = "vf_1" ${MARK}`,
    says: /"id" cannot be set.*remove it here/s,
  },
  { wrong: 'a version', body: `version = 2 ${MARK}`, says: /"version" cannot be set/ },
  {
    wrong: 'an address for the static link',
    body: `static_link = { url = "https://example.com" } ${MARK}`,
    says: /"url" cannot be set.*static_link\.url/s,
  },
  { wrong: 'a key of nothing', body: `key = null ${MARK}`, says: /"key" is required.*It is null/s },
  {
    wrong: 'environments, which Terraform has workspaces for',
    body: `environments { ${MARK}\n}`,
    says: /"environments" are not expected/,
  },

  // What the provider finds by the rules of definitions.
  {
    wrong: 'a key with capitals',
    body: `key = "High Value" ${MARK}`,
    says: /"High Value" must be lower-case letters.*key \(KEY_INVALID\)\. Write key = "high-value"\./s,
  },
  {
    wrong: 'a key like an id',
    body: `key = "vf_0mfz1k2a9c4d8e7f6g5h4j3k" ${MARK}`,
    says: /looks like the id of a flow/,
  },
  { wrong: 'an empty name', body: `name = "" ${MARK}`, says: /The text is empty.*name \(INVALID_VALUE\)/s },
  {
    wrong: 'a long name',
    body: `name = "${'x'.repeat(101)}" ${MARK}`,
    says: /The text has 101 characters; at most 100 are permitted/,
  },
  { wrong: 'a name of two lines', body: `name = "a\\nb" ${MARK}`, says: /CONTROL_CHARACTER/ },
  {
    wrong: 'a name with white space around it',
    body: `name = " a" ${MARK}`,
    says: /must be one line, without white space at its ends/,
  },
  { wrong: 'an empty description', body: `description = "" ${MARK}`, says: /The text is empty.*description/s },
  {
    wrong: 'a long description',
    body: `description = "${'x'.repeat(1001)}" ${MARK}`,
    says: /1001 characters; at most 1000/,
  },
  {
    wrong: 'a misspelt type',
    body: `type = "documents" ${MARK}`,
    says: /"documents" is not permitted here.*type \(UNKNOWN_VALUE\)\. Did you mean "document"\?/s,
  },
  {
    wrong: 'a misspelt document type',
    body: `options {\n document {\n allowed_types = ["passport", "pasport"] ${MARK}\n}\n}`,
    says: /"pasport" is not a document type.*UNKNOWN_DOCUMENT_TYPE\)\. Did you mean "passport"\?/s,
  },
  {
    wrong: 'no document type',
    body: `options {\n document {\n allowed_types = [] ${MARK}\n}\n}`,
    says: /The set is empty.*options\.document\.allowed_types/s,
  },
  {
    wrong: 'a document type of nothing',
    body: `options {\n document {\n allowed_types = [null] ${MARK}\n}\n}`,
    says: /A string is expected, not null.*WRONG_TYPE/s,
  },
  {
    wrong: 'document options of an ID number',
    body: `type = "id_number"\noptions {\n document { ${MARK}\n require_live_capture = true\n}\n}`,
    says: /The block options\.document does not go with type "id_number".*Remove the block, or write type = "document"\./s,
  },
  {
    wrong: 'matching of another kind',
    body: `options {\n matching {\n name = "exact" ${MARK}\n}\n}`,
    says: /"exact" is not permitted here.*options\.matching\.name.*One of: none, similar/s,
  },
  {
    wrong: 'two values of which one is wrong',
    body: `options {\n matching {\n name = "similar"\n dob = "same" ${MARK}\n}\n}`,
    says: /"same" is not permitted here/,
  },
  {
    wrong: 'a return URL without a host',
    body: `return_url = "verified" ${MARK}`,
    says: /is not a complete address.*RETURN_URL_INVALID/s,
  },
  {
    wrong: 'a return URL that is not encrypted',
    body: `return_url = "http://example.com" ${MARK}`,
    says: /is not encrypted.*Write https:\/\//s,
  },
  {
    wrong: 'a return URL with a password',
    body: `return_url = "https://u:p@example.com" ${MARK}`,
    says: /carries credentials/,
  },
  { wrong: 'an empty return URL', body: `return_url = "" ${MARK}`, says: /The text is empty.*return_url/s },
  {
    wrong: 'a long label',
    body: `metadata = {\n ok = "1"\n team = "${long}" ${MARK}\n}`,
    says: /501 characters; at most 500.*metadata\.team/s,
  },
  { wrong: 'an empty label', body: `metadata = {\n team = "" ${MARK}\n}`, says: /The text is empty/ },
  { wrong: 'a label of nothing', body: `metadata = {\n team = null ${MARK}\n}`, says: /WRONG_TYPE/ },
  {
    wrong: 'a label with a name in brackets',
    body: `metadata = {\n "a[b]" = "1" ${MARK}\n}`,
    says: /must not hold square brackets/,
  },
  {
    wrong: 'a label with a long name',
    body: `metadata = {\n ${'k'.repeat(41)} = "1" ${MARK}\n}`,
    says: /41 characters; at most 40/,
  },
  {
    wrong: 'an API key in a label',
    body: `metadata = {\n key = "sk_live_51abcdefghij0123456789abcdefghijklmn" ${MARK}\n}`,
    says: /An API key stands here.*Revoke the key/s,
  },
  {
    wrong: 'an API key in a name',
    body: `name = "sk_test_51abcdefghij0123456789abcdefghijklmn" ${MARK}`,
    says: /API_KEY_IN_FILE/,
  },
]

test.each(CASES)('$wrong is told at its line', async ({ body, says }) => {
  const { config, line } = written(body)
  const [first, ...more] = await diagnosticsOf(config)
  expect(more).toEqual([])
  expect(`${first?.summary} ${first?.detail}`).toMatch(says)
  expect(first?.line).toBe(line)
  expect(JSON.stringify(first)).not.toContain('51abcdefghij')
})

test('what a text says is in no message: it may come from a sensitive variable, which Terraform keeps to itself', async () => {
  const texts = {
    name: ' unspoken ',
    description: 'unspoken\\u0001',
    return_url: [
      'unspoken',
      'http://unspoken.example',
      'htps://unspoken.example',
      'https://u:unspoken@example.com',
      'ftp://unspoken/',
    ],
    metadata: [`{ a = "unspoken${'x'.repeat(500)}" }`],
  }
  for (const [name, values] of Object.entries(texts)) {
    for (const value of [values].flat()) {
      const { config } = written(`${name} = ${value.startsWith('{') ? value : `"${value}"`}`)
      const told = await diagnosticsOf(config)
      expect(told, value).toHaveLength(1)
      expect(JSON.stringify(told)).not.toContain('unspoken')
    }
  }
})

test('all that is wrong with a flow is told at once', async () => {
  const { config } = written(
    'name = ""\nreturn_url = "x"\nmetadata = {\n team = ""\n}\noptions {\n matching {\n dob = "x"\n}\n}',
  )
  expect((await diagnosticsOf(config)).map(({ line }) => line)).toEqual([5, 6, 8, 12])
})

test('what is not known yet is left alone, and what stands beside it is not', async () => {
  const { config, line } = written(
    `name = terraform_data.a.output\nmetadata = {\n a = terraform_data.a.output\n b = "" ${MARK}\n}\noptions {\n document {\n allowed_types = ["passport", terraform_data.a.output]\n}\n}`,
  )
  const unknown = 'resource "terraform_data" "a" {}\n'
  expect(await diagnosticsOf(config + unknown)).toEqual([expect.objectContaining({ line })])
})

test.each([
  ['no project', 'store = "x"', /argument "project" is required/],
  [
    'a project with capitals',
    'project = "ACME KYC"',
    /"ACME KYC" is not the name of a project.*Write project = "acme-kyc"/s,
  ],
  ['an address that is none', 'project = "a"\napi = "flows"', /address of the API is not a complete address/],
  [
    'an address with a path',
    'project = "a"\napi = "https://flows.example.com/v1"',
    /Write https:\/\/flows\.example\.com\./,
  ],
  ['an address that is not encrypted', 'project = "a"\napi = "http://flows.example.com"', /is not encrypted/],
  [
    'an API beside a store',
    'project = "a"\napi = "https://flows.example.com"\nstore = "x"',
    /Both api and store are given/,
  ],
  [
    'a key without an API',
    'project = "a"\napi_key = "sk_test_51abcdefghij0123456789abcdefghijklmn"',
    /An API key without an API/,
  ],
  ['a mode that is none', 'project = "a"\nmode = "prod"', /"prod" is not a mode Write mode = "test" or mode = "live"/],
  ['a live mode without an API', 'project = "a"\nmode = "live"', /An embedded store has no live mode/],
  [
    'a live key that nothing says to be meant',
    'project = "a"\napi = "http://127.0.0.1:9"\napi_key = "sk_live_51abcdefghij"',
    /The API key is of live mode.*write mode = "live" if those flows are meant/s,
  ],
  [
    'a key of the other mode than it says',
    'project = "a"\nmode = "live"\napi = "http://127.0.0.1:9"\napi_key = "sk_test_51abcdefghij"',
    /The API key is of test mode.*live mode is meant. Nothing was read or written/s,
  ],
  [
    'a key that has a line break',
    'project = "a"\napi = "http://127.0.0.1:9"\napi_key = "sk_test_51abcdefghij\\n"',
    /begins or ends with white space.*in api_key/s,
  ],
  ['an empty store', 'project = "a"\nstore = ""', /path of the store is empty/],
])('a provider block with %s is refused', async (_, block, says) => {
  const [first, ...more] = await diagnosticsOf(
    `provider "flows" {\n${block}\n}\ndata "flows_verification_flows" "a" {}\n`,
  )
  expect(more).toEqual([])
  expect(`${first?.summary} ${first?.detail}`).toMatch(says)
  expect(JSON.stringify(first)).not.toContain('51abcdefghij')
})

test.each([
  ['no name of a flow', 'data "flows_verification_flow" "a" {\n}', /Neither key nor id is given/],
  [
    'two names',
    'data "flows_verification_flow" "a" {\nkey = "a"\nid = "vf_0mfz1k2a9c4d8e7f6g5h4j3k"\n}',
    /Both key and id/,
  ],
  [
    'a key for an id',
    'data "flows_verification_flow" "a" {\nid = "payouts"\n}',
    /is not the id of a flow.*key = "payouts"/s,
  ],
  ['a status that there is not', 'data "flows_verification_flows" "a" {\nstatus = "live"\n}', /"live" is not a status/],
  [
    'no idempotency key',
    'ephemeral "flows_verification_session" "a" {\nverification_flow = "a"\n}',
    /"idempotency_key" is required/,
  ],
  [
    'an empty one',
    'ephemeral "flows_verification_session" "a" {\nverification_flow = "a"\nidempotency_key = ""\n}',
    /key is empty/,
  ],
  [
    'one that is too long for the service',
    `ephemeral "flows_verification_session" "a" {\nverification_flow = "a"\nidempotency_key = "${'k'.repeat(LONGEST_IDEMPOTENCY_KEY + 1)}"\n}`,
    /has 256 characters; at most 255 are permitted/,
  ],
])('a data source or session with %s is refused', async (_, config, says) => {
  const [first, ...more] = await diagnosticsOf(`provider "flows" {\nproject = "a"\n}\n${config}\n`)
  expect(more).toEqual([])
  expect(`${first?.summary} ${first?.detail}`).toMatch(says)
})

interface Told {
  readonly summary: string
  readonly detail: string
  readonly line: number | undefined
}

async function diagnosticsOf(config: string): Promise<Told[]> {
  const workspace: Workspace = attached(
    () => flowsProvider({ env: {}, cwd: workspace.folder, source: async () => null }),
    {
      config,
    },
  )
  const { stdout } = await workspace.terraform('validate', '-json')
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: (Told & { range?: { start: { line: number } } })[] }
  return diagnostics
    .map(({ summary, detail, range }) => ({ summary, detail, line: range?.start.line }))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
}

/** Where the resource begins. */
const FIRST = 1

/** A configuration with this flow, and the line of the mark; without a mark, the first line of the resource. */
function written(body: string): { config: string; line: number } {
  const given = (name: string) => new RegExp(`^(?:# )?${name} =`, 'm').test(body)
  const needed = { key: 'payouts', name: 'Payouts', type: 'document' }
  const lines = [
    'provider "flows" { project = "acme-kyc" }',
    'resource "flows_verification_flow" "a" {',
    ...Object.entries(needed).map(([name, value]) => (given(name) ? '' : `${name} = "${value}"`)),
    ...body.split('\n'),
    '}',
    '',
  ].filter((line, index) => line !== '' || index > 4)
  const config = lines.join('\n')
  const marked = lines.findIndex((line) => line.includes(MARK))
  return { config, line: (marked === -1 ? FIRST : marked) + 1 }
}
