import { driftPage } from '../../../dashboard/flows/drift-page.js'
import { driftedFlows } from '../../../operations/flows/drifted-flows.js'
import { definitionOf } from '../rows/definition-text.js'
import { atOnce, type PageRow } from '../rows/page-row.js'

export const DRIFT_PAGES: readonly PageRow[] = [
  {
    path: '/drift',
    needs: { scope: 'flows:read' },
    show: atOnce(async (call, _asked, frame) => {
      const { flows, isWhole } = await driftedFlows(call)
      const shown = flows.map(({ flow: { key: now, config, applied, applied_key }, ...drifted }) => ({
        ...drifted,
        now,
        before: applied === null ? '' : definitionOf(applied_key ?? now, applied, frame.mode),
        after: definitionOf(now, config, frame.mode),
      }))
      return driftPage(frame, { flows: shown, isWhole })
    }),
  },
]
