import { keysPage } from '../../../dashboard/keys/keys-page.js'
import { listKeys, revokeKey } from '../../../operations/keys/keys.js'
import { type FormRow, refuseUnsure } from '../rows/form-row.js'
import { atOnce, type PageRow } from '../rows/page-row.js'
import { pagingOf, placeOf } from '../rows/paging.js'

export const KEYS_PAGES: readonly PageRow[] = [
  {
    path: '/keys',
    needs: { scope: 'keys:admin' },
    show: atOnce(async (call, asked, frame) => {
      const list = await listKeys(call, placeOf(asked))
      return keysPage(frame, { keys: list.data, paging: pagingOf(asked, list), now: call.now })
    }),
  },
]

export const KEYS_FORMS: readonly FormRow[] = [
  {
    path: '/keys/:key/revoke',
    needs: { scope: 'keys:admin' },
    isGrave: true,
    async act(write, { key = '' }, fields) {
      refuseUnsure(fields)
      await write((call) => revokeKey(call, key))
      return { to: ['keys'], notice: 'key_revoked' }
    },
  },
]
