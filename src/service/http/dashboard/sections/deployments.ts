import { deploymentPage } from '../../../dashboard/deployments/deployment-page.js'
import { deploymentsPage } from '../../../dashboard/deployments/deployments-page.js'
import { effectOf } from '../../../operations/deployments/change-effect.js'
import { deploymentFlows, listDeployments, retrieveDeployment } from '../../../operations/deployments/deployments.js'
import { definitionOf } from '../rows/definition-text.js'
import { oneByOne } from '../rows/one-by-one.js'
import { atOnce, nameOf, type PageRow } from '../rows/page-row.js'
import { PER_PAGE, pagingOf, partsOf, placeOf, skipOf } from '../rows/paging.js'
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
    show: atOnce(async (call, asked, frame) => {
      const deployment = await retrieveDeployment(call, nameOf(asked.names, 'deployment'))
      const skipped = Math.min(skipOf(asked), Math.max(0, deployment.changes.length - 1))
      const end = skipped + PER_PAGE
      const changes = deployment.changes.slice(skipped, end).map((change) => ({
        change,
        before: change.before === null ? '' : definitionOf(change.key, change.before, frame.mode),
        after: definitionOf(change.key, change.after, frame.mode),
        effect: effectOf(change),
      }))
      const paging = partsOf(asked, skipped, end < deployment.changes.length)
      return deploymentPage(frame, { deployment, changes, skipped, paging })
    }),
  },
  {
    path: '/deployments/:deployment/definitions.tar',
    needs: { scope: 'flows:read' },
    async show(read, { names }, { mode }) {
      const { id, created, flows } = await read(async (call) => {
        const deployment = await retrieveDeployment(call, nameOf(names, 'deployment'))
        return { ...deployment, flows: (await deploymentFlows(call, deployment.id)).data }
      })
      const active = flows.filter(({ status }) => status === 'active')
      const files = await oneByOne(active, ({ key, config }) => ({
        name: `flows/${key}.yaml`,
        content: definitionOf(key, config, mode),
      }))
      return { file: `${id}.tar`, type: 'application/x-tar', content: tarOf(files, created) }
    },
  },
]
