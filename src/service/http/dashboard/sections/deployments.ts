import { deploymentPage } from '../../../dashboard/deployments/deployment-page.js'
import { deploymentsPage } from '../../../dashboard/deployments/deployments-page.js'
import { effectOf } from '../../../operations/deployments/change-effect.js'
import { deploymentFlows, deploymentPart, listDeployments } from '../../../operations/deployments/deployments.js'
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
      const id = nameOf(asked.names, 'deployment')
      const part = await deploymentPart(call, id, { skip: skipOf(asked), limit: PER_PAGE })
      const changes = part.changes.map((change) => ({
        change,
        before: change.before === null ? '' : definitionOf(change.key, change.before, frame.mode),
        after: definitionOf(change.key, change.after, frame.mode),
        effect: effectOf(change),
      }))
      const paging = partsOf(asked, part.skipped, part.skipped + changes.length < part.count)
      return deploymentPage(frame, { ...part, changes, paging })
    }),
  },
  {
    path: '/deployments/:deployment/definitions.tar',
    needs: { scope: 'flows:read' },
    async show(read, { names }, { mode }) {
      const { id, created, flows } = await read(async (call) => {
        const id = nameOf(names, 'deployment')
        const { deployment } = await deploymentPart(call, id, { skip: 0, limit: 0 })
        return { ...deployment, flows: (await deploymentFlows(call, id)).data }
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
