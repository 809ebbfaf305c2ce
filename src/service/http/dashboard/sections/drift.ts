import { driftPage } from '../../../dashboard/flows/drift-page.js'
import { driftedFlows } from '../../../operations/flows/drifted-flows.js'
import { definitionOf } from '../rows/definition-text.js'
import { oneByOne } from '../rows/one-by-one.js'
import type { PageRow } from '../rows/page-row.js'
import { PER_PAGE, partsOf, skipOf } from '../rows/paging.js'

export const DRIFT_PAGES: readonly PageRow[] = [
  {
    path: '/drift',
    needs: { scope: 'flows:read' },
    async show(read, asked, frame) {
      const { flows, isWhole } = await read(driftedFlows)
      const skipped = Math.min(skipOf(asked), Math.max(0, flows.length - 1))
      const end = skipped + PER_PAGE
      const shown = await oneByOne(flows.slice(skipped, end), ({ flow, ...drifted }) => {
        const { key: now, status, config, applied, applied_key } = flow
        return {
          ...drifted,
          now,
          isActive: status === 'active',
          before: applied === null ? '' : definitionOf(applied_key ?? now, applied, frame.mode),
          after: definitionOf(now, config, frame.mode),
        }
      })
      return driftPage(frame, { flows: shown, isWhole, paging: partsOf(asked, skipped, end < flows.length) })
    },
  },
]
