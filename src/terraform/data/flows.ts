import { compareText } from '../../model/canonical.js'
import type { Connected } from '../connection.js'
import { attribute, error, notConfigured, told } from '../diagnostics.js'
import { FLOW_RESULT, objectType } from '../flow/schema.js'
import type { DataSource } from '../framework/provider.js'
import type { ObjectValue } from '../wire/value.js'
import { resultOf } from './flow.js'

const STATUSES = ['active', 'archived']

/** `flows_verification_flows`: the flows of the service's mode, in order of key. */
export function flowsData(connected: Connected): DataSource {
  return {
    schema: {
      description: 'The verification flows of the mode that the API key is of, in order of key, whoever manages them.',
      attributes: {
        project: {
          description: 'Only flows that this project manages.',
          type: 'string',
          given: 'optional',
        },
        status: { description: 'Only flows that are `active`, or `archived`.', type: 'string', given: 'optional' },
        flows: {
          description: 'The flows, each as the data source `flows_verification_flow` shows it.',
          type: ['list', objectType(FLOW_RESULT)],
          given: 'computed',
        },
      },
    },
    validate: async ({ status }) =>
      typeof status === 'string' && !STATUSES.includes(status)
        ? [
            error(`"${status}" is not a status`, 'Write "active" or "archived", or leave it out for both.', [
              attribute('status'),
            ]),
          ]
        : [],
    async read(config) {
      const connection = connected()
      if (connection === null) return { result: null, diagnostics: [notConfigured()] }
      const { project = null, status = null } = config
      return told<ObjectValue | null>(async () => {
        const { flows } = await connection.flows.state()
        const chosen = flows
          .filter((flow) => project === null || flow.project === project)
          .filter((flow) => status === null || flow.status === status)
          .sort((a, b) => compareText(a.key, b.key))
        const results = await Promise.all(chosen.map((flow) => resultOf(flow, connection.flows)))
        return { result: { project, status, flows: results }, diagnostics: [] }
      }, null)
    },
  }
}
