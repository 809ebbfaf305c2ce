import type { Outputs, Session } from './session.js'

/** The person who is verified: invented, and the domain is reserved for examples (RFC 2606). */
export const PERSON = {
  first_name: 'Jenny',
  last_name: 'Rosen',
  dob: { day: 1, month: 2, year: 1984 },
  sex: 'female',
  unparsed_sex: 'F',
  unparsed_place_of_birth: 'Example Town',
  address: {
    city: 'Example Town',
    country: 'US',
    line1: '7 Sample Road',
    line2: null as string | null,
    postal_code: '00000',
    state: 'CA',
  },
  email: 'jenny@example.com',
  phone: '+12025550101',
  id_number: '6789',
  id_number_type: 'us_ssn',
  document: {
    type: 'passport',
    number: 'P00000001',
    issuing_country: 'US',
    issued_date: { day: 3, month: 4, year: 2021 },
    expiration_date: { day: 3, month: 4, year: 2031 },
  },
}

export type Person = typeof PERSON

/** The checks that a session runs and that have a block in its report. */
export type Block = 'document' | 'selfie' | 'id_number' | 'email' | 'phone'

const BLOCKS: readonly Block[] = ['document', 'selfie', 'id_number', 'email', 'phone']

export function blocksOf({ type, options }: Pick<Session, 'type' | 'options'>): readonly Block[] {
  const { document, id_number, email, phone } = options
  const runs: Record<Block, boolean> = {
    document: type === 'document' || document !== undefined,
    selfie: document?.require_matching_selfie === true,
    id_number: type === 'id_number' || id_number !== undefined || document?.require_id_number === true,
    email: email?.require_verification === true,
    phone: phone?.require_verification === true,
  }
  return BLOCKS.filter((block) => runs[block])
}

/** What a verified session shows of the person. */
export function outputsOf(session: Session, person: Person): Outputs {
  const blocks = blocksOf(session)
  const has = (block: Block) => blocks.includes(block)
  const isNamed = has('document') || has('id_number')
  return {
    address: has('document') ? { ...person.address } : null,
    dob: isNamed ? { ...person.dob } : null,
    email: has('email') ? (session.provided_details?.email ?? person.email) : null,
    first_name: isNamed ? person.first_name : null,
    id_number: has('id_number') ? person.id_number : null,
    id_number_type: has('id_number') ? person.id_number_type : null,
    last_name: isNamed ? person.last_name : null,
    phone: has('phone') ? (session.provided_details?.phone ?? person.phone) : null,
    sex: has('document') ? person.sex : null,
    unparsed_place_of_birth: has('document') ? person.unparsed_place_of_birth : null,
    unparsed_sex: has('document') ? person.unparsed_sex : null,
  } as Outputs
}
