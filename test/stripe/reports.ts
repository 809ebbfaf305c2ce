import { type Block, blocksOf, type Person } from './person.js'
import type { ReportShown, Session } from './session.js'

/** What came of one attempt: everything in order, or the code of what failed. */
export type Outcome = 'verified' | (string & {})

interface Made {
  readonly id: string
  readonly created: number
}

/** The report of an attempt, with everything that can be expanded. */
export function reportOf(session: Session, outcome: Outcome, person: Person, { id, created }: Made): ReportShown {
  const { document, id_number } = session.options
  const blocks = blocksOf(session)
  const failed = outcome === 'verified' ? undefined : blocks.find((block) => outcome.startsWith(`${block}_`))
  return {
    id,
    object: 'identity.verification_report',
    client_reference_id: session.client_reference_id,
    created,
    livemode: session.livemode,
    // As documented, a report's options name neither email, phone nor matching.
    options: { ...(document && { document }), ...(id_number && { id_number }) },
    type: session.type,
    ...(session.verification_flow !== null && { verification_flow: session.verification_flow }),
    verification_session: session.id,
    ...Object.fromEntries(
      blocks.map((block) => [block, blockOf(block, block === failed ? outcome : null, session, person)]),
    ),
  } as ReportShown
}

/** A failure that belongs to no check has no report: the person gave up, or could not begin. */
export function hasReport(session: Session, outcome: Outcome): boolean {
  return outcome === 'verified' || blocksOf(session).some((block) => outcome.startsWith(`${block}_`))
}

export function reasonOf(code: string): string {
  return `The verification failed: ${code.replaceAll('_', ' ')}.`
}

function blockOf(block: Block, code: Outcome | null, session: Session, person: Person): object {
  const data = DATA[block](person, session)
  if (code === null) return { ...data, status: 'verified', error: null }
  const blank = Object.fromEntries(Object.keys(data).map((name) => [name, null]))
  return { ...blank, status: 'unverified', error: { code, reason: reasonOf(code) } }
}

const DATA: Readonly<Record<Block, (person: Person, session: Session) => object>> = {
  document: ({ address, dob, first_name, last_name, sex, unparsed_sex, unparsed_place_of_birth, document }) => ({
    address: { ...address },
    dob: { ...dob },
    files: [],
    first_name,
    last_name,
    sex,
    unparsed_place_of_birth,
    unparsed_sex,
    ...structuredClone(document),
  }),
  selfie: () => ({ document: null, selfie: null }),
  id_number: ({ dob, first_name, id_number, id_number_type, last_name }) => ({
    dob: { ...dob },
    first_name,
    id_number,
    id_number_type,
    last_name,
  }),
  email: ({ email }, { provided_details }) => ({ email: provided_details?.email ?? email }),
  phone: ({ phone }, { provided_details }) => ({ phone: provided_details?.phone ?? phone }),
}
