import { deploymentPage } from '../../../dashboard/deployments/deployment-page.js'
import { deploymentsPage } from '../../../dashboard/deployments/deployments-page.js'
import { listDeployments, retrieveDeployment } from '../../../operations/deployments/deployments.js'
import { definitionOf } from '../rows/definition-text.js'
import { atOnce, nameOf, type PageRow } from '../rows/page-row.js'
import { pagingOf, placeOf } from '../rows/paging.js'

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
      return deploymentPage(frame, { deployment, definitions })
    }),
  },
]
