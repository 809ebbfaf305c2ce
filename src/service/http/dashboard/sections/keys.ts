import { invalidValue } from '../../../api-error.js'
import { type KeyTyped, keyForm } from '../../../dashboard/keys/key-form.js'
import { keysPage } from '../../../dashboard/keys/keys-page.js'
import { secretPage } from '../../../dashboard/parts/secret-page.js'
import { type CreateKeyParams, createKey, listKeys, revokeKey } from '../../../operations/keys/keys.js'
import { SCOPES } from '../../../operations/keys/scopes.js'
import { DAY, dayNumber } from '../rows/days.js'
import { type Fields, type FormRow, lines, refuseUnsure, text } from '../rows/form-row.js'
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
  {
    path: '/new-key',
    needs: { scope: 'keys:admin' },
    isGrave: true,
    show: async (_read, _asked, frame) => keyForm(frame, { scopes: SCOPES, typed: typedIn({}), fault: null }),
  },
]

function typedIn(fields: Fields): KeyTyped {
  const scopes = Array.isArray(fields.scopes) ? fields.scopes.map(text) : []
  return {
    name: text(fields.name),
    scopes,
    expires: text(fields.expires),
    project: text(fields.project),
    flows: text(fields.flows),
    addresses: text(fields.addresses),
  }
}

/** What the form says, as the operation takes it: an empty field sets no bound. */
function paramsIn(fields: Fields): CreateKeyParams {
  const { name, scopes, expires, project, flows, addresses } = typedIn(fields)
  return {
    name: name.trim(),
    scopes: scopes.length === 0 ? null : scopes,
    expires: expires === '' ? undefined : startOf(expires),
    project: project.trim() || null,
    flows: listOrNull(flows),
    addresses: listOrNull(addresses),
  }
}

function listOrNull(typed: string): readonly string[] | null {
  const items = lines(typed)
  return items.length === 0 ? null : items
}

function startOf(day: string): number {
  const number = dayNumber(day)
  if (number === undefined) throw invalidValue('expires', 'Invalid expires: a day such as 2027-01-31.')
  return number * DAY
}

export const KEYS_FORMS: readonly FormRow[] = [
  {
    path: '/new-key',
    needs: { scope: 'keys:admin' },
    isGrave: true,
    async act(write, _names, fields, { frame }) {
      const { name, secret } = await write((call) => createKey(call, paramsIn(fields)))
      const use = 'Programs send it with each request.'
      return secretPage(frame, { title: 'The key was created', within: 'keys', name, secret, use })
    },
    again: async (_call, _names, fields, frame, fault) =>
      keyForm(frame, { scopes: SCOPES, typed: typedIn(fields), fault }),
  },
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
