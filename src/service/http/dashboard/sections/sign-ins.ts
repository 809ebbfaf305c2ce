import { signInsPage } from '../../../dashboard/people/sign-ins-page.js'
import { idOfPrincipal } from '../../../operations/calls/principal.js'
import { currentSignIns, revokeSignIn } from '../../../operations/people/sign-ins.js'
import { type FormRow, text } from '../rows/form-row.js'
import { atOnce, type PageRow } from '../rows/page-row.js'

/** For everybody: what somebody sees and may end, the operations say. */
export const SIGN_INS_PAGES: readonly PageRow[] = [
  {
    path: '/sign-ins',
    needs: { scope: null },
    show: atOnce(async (call, _asked, frame) => {
      return signInsPage(frame, { signIns: await currentSignIns(call), own: idOfPrincipal(call.principal) ?? '' })
    }),
  },
]

export const SIGN_INS_FORMS: readonly FormRow[] = [
  {
    path: '/sign-ins/end',
    needs: { scope: null },
    async act(write, _names, fields) {
      await write((call) => revokeSignIn(call, text(fields.sign_in)))
      return { to: ['sign-ins'], notice: 'sign_in_ended' }
    },
  },
]
