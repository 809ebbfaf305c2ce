import { listDeployments, retrieveDeployment } from '../../operations/deployments.js'
import { list, type ReadRoute, read } from './route.js'

const url = '/v2/identity/flow_deployments'
const READ = { scope: 'flows:read', answers: 'flow_deployment' } as const

export const DEPLOYMENT_ROUTES: readonly ReadRoute[] = [
  list(
    url,
    { ...READ, summary: 'List flow deployments' },
    { project: 'name', approved_digest: 'name' },
    (call, params) => listDeployments(call, params),
  ),
  read(`${url}/:id`, { ...READ, summary: 'Retrieve a flow deployment' }, retrieveDeployment),
]
