import { LONGEST_IDEMPOTENCY_KEY } from '../../model/resources.js'
import type { CreateSessionParams } from '../../remote/remote.js'
import { RemoteError } from '../../remote/remote.js'
import type { Connected } from '../connection.js'
import { attribute, error, failed, notConfigured, told } from '../diagnostics.js'
import { computed } from '../flow/schema.js'
import { isObjectValue } from '../flow/state.js'
import type { Diagnostic, EphemeralResource } from '../framework/provider.js'
import type { ObjectValue, Value } from '../wire/value.js'
import { withoutText } from '../without-text.js'

/** `flows_verification_session`: one person's verification, opened for a run and never stored in a state. */
export function sessionResource(connected: Connected): EphemeralResource {
  return {
    schema: {
      description:
        'A verification session made from a flow. What opens it is never written into a plan or a state. Plan opens it, too: only `idempotency_key` makes plan, apply and later runs have one session.',
      attributes: {
        verification_flow: { description: 'Id or key of the flow.', type: 'string', given: 'required' },
        idempotency_key: {
          description: `Names the session: a run with the same key and the same settings within a day has the same one. Up to ${LONGEST_IDEMPOTENCY_KEY} characters; choose one for each person.`,
          type: 'string',
          given: 'required',
        },
        client_reference_id: { description: 'Your own name for the person.', type: 'string', given: 'optional' },
        metadata: { description: 'Your own labels.', type: ['map', 'string'], given: 'optional' },
        provided_details: {
          description: 'What you know of the person.',
          type: {
            attributes: {
              email: { description: 'Email address.', type: 'string', given: 'optional' },
              phone: { description: 'Phone number, as +14155552671.', type: 'string', given: 'optional' },
            },
          },
          given: 'optional',
          sensitive: true,
        },
        return_url: {
          description: "Where the person goes afterwards. Default: the flow's.",
          type: 'string',
          given: 'optional',
        },
        id: computed('Id of the session, `vs_...`.'),
        status: computed('`requires_input`, `processing`, `verified` or `canceled`.'),
        url: {
          ...computed('Where the person verifies; null once that is over, and of an embedded store.'),
          sensitive: true,
        },
        client_secret: {
          ...computed("Opens the session in the person's browser or app; null once that is over."),
          sensitive: true,
        },
      },
    },
    validate: async ({ idempotency_key: key }) => checkKey(key),
    async open(config) {
      const connection = connected()
      if (connection === null) return { result: null, diagnostics: [notConfigured()] }
      return told<ObjectValue | null>(async () => {
        try {
          const idempotencyKey = String(config.idempotency_key)
          const made = await (await connection.flows.writer()).createSession(paramsOf(config), { idempotencyKey })
          // A repeated request gets its first answer, even if the session has changed since.
          const { id, status, url, client_secret } = await (await connection.flows.reader()).retrieveSession(made.id)
          return { result: { ...config, id, status, url, client_secret }, diagnostics: [] }
        } catch (failure) {
          return { result: null, diagnostics: [refusal(failure, config)] }
        }
      }, null)
    },
  }
}

function checkKey(key: Value | undefined): Diagnostic[] {
  if (typeof key !== 'string' || (key !== '' && key.length <= LONGEST_IDEMPOTENCY_KEY)) return []
  const what =
    key === '' ? 'is empty' : `has ${key.length} characters; at most ${LONGEST_IDEMPOTENCY_KEY} are permitted`
  return [
    error(`The idempotency key ${what}`, 'Name the session by it, such as "onboarding-user-42".', [
      attribute('idempotency_key'),
    ]),
  ]
}

function paramsOf(config: ObjectValue): CreateSessionParams {
  const { verification_flow, client_reference_id, metadata, provided_details, return_url } = config
  return {
    verification_flow: String(verification_flow),
    ...(typeof client_reference_id === 'string' && { client_reference_id }),
    ...(isObjectValue(metadata) && { metadata: textsOf(metadata) }),
    ...(isObjectValue(provided_details) && { provided_details: textsOf(provided_details) }),
    ...(typeof return_url === 'string' && { return_url }),
  }
}

function textsOf(value: ObjectValue): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

const PARAMS = ['verification_flow', 'client_reference_id', 'metadata', 'provided_details', 'return_url']

/** Points at the attribute that the service names, if it is one of these. */
function refusal(failure: unknown, config: ObjectValue): Diagnostic {
  const name =
    failure instanceof RemoteError ? PARAMS.find((param) => failure.param?.split('[')[0] === param) : undefined
  const diagnostic = failed(failure, name === undefined ? [] : [attribute(name)])
  return name === 'return_url'
    ? { ...diagnostic, detail: withoutText(diagnostic.detail, config.return_url) }
    : diagnostic
}
