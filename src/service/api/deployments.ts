import { MOST_CHANGES } from '../../model/deployment.js'
import { DEEPEST } from '../operations/deployments/deployment-request.js'
import { deploymentFlows, listDeployments, retrieveDeployment } from '../operations/deployments/deployments.js'
import { V2_LIMIT } from './limits.js'
import { name, published, required } from './param.js'
import { closed, inlined, type Schema } from './published.js'
import { list, PAGE, type ReadRoute, read, readAll, type SpecialRoute } from './route.js'

const url = '/v2/identity/flow_deployments'
const READ = { scope: 'flows:read', answers: 'flow_deployment', keepsBinding: true } as const

export const DEPLOYMENT_ROUTES: readonly ReadRoute[] = [
  list(
    url,
    { ...READ, summary: 'List flow deployments' },
    {
      ...PAGE,
      project: name('The managing project.'),
      approved_digest: name('Only the deployment that applied the plan with this digest.'),
    },
    (call, params) => listDeployments(call, params),
  ),
  read(`${url}/:flow_deployment`, { ...READ, summary: 'Retrieve a flow deployment' }, retrieveDeployment),
  readAll(
    `${url}/:flow_deployment/flows`,
    { ...READ, answers: 'deployed_flow', summary: "List the project's flows as a flow deployment left them" },
    deploymentFlows,
  ),
]

export const FLOW_STATE: SpecialRoute = {
  method: 'GET',
  url: '/v2/identity/flow_state',
  scope: 'flows:read',
  keepsBinding: true,
  summary: 'Retrieve all that a plan needs',
  params: {
    project: required(
      published('flow.schema.json#/$defs/key', { isName: true, description: 'The project that plans.' }),
    ),
  },
  headers: {
    'If-None-Match': {
      description: 'The ETag of an earlier answer: while it holds, the answer is 304.',
      type: 'string',
    },
  },
  expandable: [],
  isList: false,
  answers: 'flow_state',
  answer: {
    description: 'The state of the mode.',
    headers: {
      ETag: { description: 'Changes with every write to any flow of the mode.', schema: { type: 'string' } },
    },
  },
  notModified: 'Nothing has changed since that answer.',
}

export const DEPLOY: SpecialRoute = {
  method: 'POST',
  url,
  scope: 'deployments:write',
  keepsBinding: true,
  summary: 'Deploy a set of changes, all or nothing',
  description:
    'The digests of the plan, and of the reviewed plan that it is, are idempotency keys: a plan that was applied before answers with the deployment that it made.',
  params: {},
  body: {
    description: `At most ${V2_LIMIT} bytes, and ${DEEPEST} levels deep.`,
    limits: { 'x-max-bytes': V2_LIMIT, 'x-max-depth': DEEPEST },
    schema: deploymentRequest,
  },
  expandable: [],
  isList: false,
  answers: 'flow_deployment',
  answer: { description: 'The deployment.' },
}

/** Members and limits are those of the recorded deployment. */
function deploymentRequest(): Schema {
  const recorded = (name: string): Schema => ({ $ref: `#/components/schemas/deployment/properties/${name}` })
  const change = (name: string): Schema => ({ $ref: `#/components/schemas/deployed_change/properties/${name}` })
  const body = closed({
    project: recorded('project'),
    plan_digest: recorded('plan_digest'),
    approved_digest: recorded('approved_digest'),
    run_id: recorded('run_id'),
    base: {
      description: 'What the plan was made on.',
      ...closed({
        last_deployment: {
          description: "Id of the project's last deployment then; null when there was none.",
          type: ['string', 'null'],
        },
      }),
    },
    source: recorded('source'),
    allowed: recorded('allowed'),
    changes: {
      description: `From 1 to ${MOST_CHANGES} changes, of as many flows.`,
      type: 'array',
      minItems: 1,
      maxItems: MOST_CHANGES,
      items: closed({
        action: change('action'),
        key: change('key'),
        previous_key: change('previous_key'),
        id: { description: 'Id of the flow; null for one to be created.', type: ['string', 'null'] },
        base_version: change('base_version'),
        after: {
          description: 'The configuration to write; null for a flow to be archived.',
          anyOf: [flowBody(), { type: 'null' }],
        },
        diff_digest: change('diff_digest'),
      }),
    },
  })
  const required = (body.required as readonly string[]).filter((name) => name !== 'approved_digest')
  return { ...body, required }
}

/** A body as in definitions, where null stands for a field that is left out. */
function flowBody(): Schema {
  const { properties, required } = inlined('flow.schema.json#/$defs/body') as {
    readonly properties: Record<string, Schema>
    readonly required: string[]
  }
  const { renamed_from: _, environments: __, ...body } = properties
  const nullable = Object.entries(body).map(([name, schema]) => [
    name,
    required.includes(name) ? schema : { anyOf: [schema, { type: 'null' }] },
  ])
  return { type: 'object', additionalProperties: false, required, properties: Object.fromEntries(nullable) }
}
