import { deploymentFlows, listDeployments, retrieveDeployment } from '../../operations/deployments/deployments.js'
import { list, type ReadRoute, read, readAll } from './route.js'

const url = '/v2/identity/flow_deployments'
const READ = { scope: 'flows:read', answers: 'flow_deployment' } as const

export const DEPLOYMENT_ROUTES: readonly ReadRoute[] = [
  list(
    url,
    { ...READ, summary: 'List flow deployments' },
    { project: 'name', approved_digest: 'name' },
    (call, params) => listDeployments(call, params),
  ),
  read(`${url}/:flow_deployment`, { ...READ, summary: 'Retrieve a flow deployment' }, retrieveDeployment),
  readAll(
    `${url}/:flow_deployment/flows`,
    { ...READ, answers: 'deployed_flow', summary: "List the project's flows as a flow deployment left them" },
    deploymentFlows,
  ),
]
