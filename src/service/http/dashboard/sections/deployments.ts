import { deploymentPage } from '../../../dashboard/deployments/deployment-page.js'
import { deploymentsPage } from '../../../dashboard/deployments/deployments-page.js'
import { effectOf } from '../../../operations/deployments/change-effect.js'
import { deploymentFlows, listDeployments, retrieveDeployment } from '../../../operations/deployments/deployments.js'
import { definitionOf } from '../rows/definition-text.js'
import { atOnce, nameOf, type PageRow } from '../rows/page-row.js'
import { pagingOf, placeOf } from '../rows/paging.js'
import { tarOf } from '../rows/tar.js'

export const DEPLOYMENTS_PAGES: readonly PageRow[] = [
  {
    path: '/deployments',
    needs: { scope: 'flows:read' },
    show: atOnce(async (call, asked, frame) => {
      const list = await listDeployments(call, placeOf(asked))
      return deploymentsPage(frame, { deployments: list.data, paging: pagingOf(asked, list) })
    }),
  },
  {
    path: '/deployments/:deployment',
    needs: { scope: 'flows:read' },
    show: atOnce(async (call, { names }, frame) => {
      const deployment = await retrieveDeployment(call, nameOf(names, 'deployment'))
      const definitions = deployment.changes.map(({ key, before, after }) => ({
        before: before === null ? '' : definitionOf(key, before, frame.mode),
        after: definitionOf(key, after, frame.mode),
      }))
      return deploymentPage(frame, { deployment, definitions, effects: deployment.changes.map(effectOf) })
    }),
  },
  {
    path: '/deployments/:deployment/definitions.tar',
    needs: { scope: 'flows:read' },
    show: atOnce(async (call, { names }, { mode }) => {
      const { id, created } = await retrieveDeployment(call, nameOf(names, 'deployment'))
      const flows = (await deploymentFlows(call, id)).data.filter(({ status }) => status === 'active')
      const files = flows.map(({ key, config }) => ({
        name: `flows/${key}.yaml`,
        content: definitionOf(key, config, mode),
      }))
      return { file: `${id}.tar`, type: 'application/x-tar', content: tarOf(files, created) }
    }),
  },
]
