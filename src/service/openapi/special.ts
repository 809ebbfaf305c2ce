import { V2_LIMIT } from '../http/requests/body-limits.js'
import { DEEPEST, MOST_CHANGES } from '../operations/deployments/deployment-request.js'
import { answer, errorAnswer, type Operation } from './operation.js'
import { component, inlined, type Schema } from './schemas.js'

/** The operations that are no rows of the route table, by path and method. */
export const SPECIAL: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/v2/identity/flow_state': {
    get: {
      operationId: 'getV2IdentityFlowState',
      summary: 'Retrieve all that a plan needs',
      'x-required-scope': 'flows:read',
      'x-stripe-extension': true,
      parameters: [
        {
          name: 'project',
          in: 'query',
          required: true,
          description: 'The project that plans.',
          schema: inlined('flow.schema.json#/$defs/key'),
        },
        {
          name: 'If-None-Match',
          in: 'header',
          description: 'The ETag of an earlier answer: while it holds, the answer is 304.',
          schema: { type: 'string' },
        },
      ],
      responses: {
        200: answer('The state of the mode.', component('flow_state'), {
          ETag: { description: 'Changes with every write to any flow of the mode.', schema: { type: 'string' } },
        }),
        304: { description: 'Nothing has changed since that answer.' },
        default: errorAnswer,
      },
    },
  },
  '/v2/identity/flow_deployments': {
    post: {
      operationId: 'postV2IdentityFlowDeployments',
      summary: 'Deploy a set of changes, all or nothing',
      description:
        'The digests of the plan, and of the reviewed plan that it is, are idempotency keys: a plan that was applied before answers with the deployment that it made.',
      'x-required-scope': 'deployments:write',
      'x-stripe-extension': true,
      requestBody: {
        required: true,
        description: `At most ${V2_LIMIT} bytes, and ${DEEPEST} levels deep.`,
        'x-max-bytes': V2_LIMIT,
        'x-max-depth': DEEPEST,
        content: { 'application/json': { schema: deploymentRequest() } },
      },
      responses: { 200: answer('The deployment.', component('flow_deployment')), default: errorAnswer },
    },
  },
  '/healthz': {
    get: {
      operationId: 'getHealthz',
      summary: 'Whether the server is alive, and which version of the program it is',
      'x-stripe-extension': true,
      security: [],
      responses: { 200: answer('It is alive.', status('ok', { version: { type: 'string' } })), default: errorAnswer },
    },
  },
  '/readyz': {
    get: {
      operationId: 'getReadyz',
      summary: 'Whether the server should get requests',
      description:
        'Answers 503 while the server is being stopped, when its store does not answer in time, and after a write that the store could not keep, until one works.',
      'x-stripe-extension': true,
      security: [],
      responses: { 200: answer('It is ready.', status('ready')), default: errorAnswer },
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'getOpenapiJson',
      summary: 'Retrieve this document',
      'x-stripe-extension': true,
      security: [],
      responses: {
        200: answer(
          'This document.',
          { type: 'object' },
          {
            ETag: { description: 'Changes with the document.', schema: { type: 'string' } },
          },
        ),
        304: { description: 'The document is the one that If-None-Match names.' },
        default: errorAnswer,
      },
    },
  },
}

function status(word: string, more: Readonly<Record<string, Schema>> = {}): Schema {
  return closed({ status: { type: 'string', const: word }, ...more })
}

/** Members and limits are those of the deployment that is recorded. */
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

/** A body as definitions have it, where null stands for what is left out. */
function flowBody(): Schema {
  const { properties, required } = inlined('flow.schema.json#') as {
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

function closed(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', additionalProperties: false, required: Object.keys(properties), properties }
}
