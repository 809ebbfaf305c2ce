import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Writes definitions as a large organisation might have them: valid, each different, 700 to 800 bytes with comments and
 * overlays for the environments `local` and `live`, in folders of a hundred. The same count writes the same bytes.
 */
export function writeManyDefinitions(folder: string, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const group = join(folder, `${pick(REGIONS, Math.floor(index / 100))}-${pad(Math.floor(index / 100), 3)}`)
    if (index % 100 === 0) mkdirSync(group, { recursive: true })
    writeFileSync(join(group, `${pick(PURPOSES, index).key}-${pad(index, 5)}.yaml`), definition(index))
  }
}

const REGIONS = ['eu', 'uk', 'us', 'ca', 'au', 'sg', 'jp', 'br'] as const
const TEAMS = ['risk', 'payments', 'onboarding', 'trust-and-safety', 'lending', 'marketplace'] as const
const PURPOSES = [
  { key: 'payout', name: 'Payouts above the review limit', why: 'Large payouts need a person that we know.' },
  { key: 'signup', name: 'New accounts', why: 'Asked once, when the account is opened.' },
  { key: 'seller', name: 'Marketplace sellers', why: 'Sellers are checked before their first listing.' },
  { key: 'age', name: 'Age-restricted goods', why: 'The law asks for proof of age at the first order.' },
  { key: 'recovery', name: 'Account recovery', why: 'Somebody lost access and asks for it back.' },
  { key: 'campaign', name: 'Marketing campaign entrants', why: 'One prize per person, so persons are told apart.' },
  { key: 'lending', name: 'Loan applicants', why: 'Required before a credit decision is made.' },
] as const

function definition(index: number): string {
  const { name, why } = pick(PURPOSES, index)
  const region = pick(REGIONS, Math.floor(index / 100))
  const team = pick(TEAMS, Math.floor(index / 3))
  const byDocument = index % 5 !== 4
  return [
    '# yaml-language-server: $schema=../../schemas/flow.schema.json',
    `# Owner: ${team}: ask them before you change a check.`,
    `name: ${name}, ${region.toUpperCase()} ${index}`,
    `description: ${why}`,
    `type: ${byDocument ? 'document' : 'id_number'}`,
    ...(byDocument ? documentOptions(index) : numberOptions(index)),
    `return_url: https://${region}.example.com/verified/${index}?from=identity`,
    `static_link: { active: ${index % 11 === 0} }`,
    'metadata:',
    `  team: ${team}`,
    `  region: ${region}`,
    `  ticket: "RISK-${1000 + index}"  # quoted: an id, no sum`,
    ...(index % 7 === 0 ? ['protected: true'] : []),
    'environments:',
    '  local:',
    '    static_link: { active: true }',
    '    return_url: http://localhost:3000/verified',
    '  live:',
    ...(byDocument
      ? ['    options:', '      document: { require_live_capture: true }']
      : ['    options: { email: null }']),
    `    metadata: { tier: "${index % 4}" }`,
    '',
  ].join('\n')
}

function documentOptions(index: number): string[] {
  const types = ['[passport]', '[passport, id_card]', '[driving_license, id_card, passport]'] as const
  return [
    'options:',
    '  document:',
    `    allowed_types: ${pick(types, index)}`,
    `    require_live_capture: ${index % 2 === 0}`,
    `    require_matching_selfie: ${index % 3 === 0}`,
    `  email: { require_verification: ${index % 4 === 0} }`,
  ]
}

function numberOptions(index: number): string[] {
  return [
    'options:',
    '  # A number alone proves little.',
    '  phone: { require_verification: true }',
    `  email: { require_verification: ${index % 2 === 0} }`,
  ]
}

function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T
}

function pad(number: number, width: number): string {
  return String(number).padStart(width, '0')
}
