import { randomUUID } from 'node:crypto'
import { invalidValue } from '../../../api-error.js'
import { type KeyTyped, keyForm } from '../../../dashboard/keys/key-form.js'
import { keysPage } from '../../../dashboard/keys/keys-page.js'
import { secretPage } from '../../../dashboard/keys/secret-page.js'
import type { WriteCall } from '../../../operations/calls/call.js'
import { oncePerForm } from '../../../operations/calls/once-per-form.js'
import { type CreateKeyParams, createKey, listKeys, revokeKey } from '../../../operations/keys/keys.js'
import { SCOPES } from '../../../operations/keys/scopes.js'
import { DAY, dayNumber } from '../rows/days.js'
import { type Fields, type FormRow, refuseUnsure, text, words } from '../rows/form-row.js'
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
    show: async (_read, _asked, frame) =>
      keyForm(frame, { scopes: SCOPES, typed: typedIn({ form: randomUUID() }), fault: null }),
  },
]

function typedIn(fields: Fields): KeyTyped {
  return {
    form: text(fields.form),
    may: text(fields.may),
    name: text(fields.name),
    scopes: Array.isArray(fields.scopes) ? fields.scopes.map(text) : [],
    expires: text(fields.expires),
    project: text(fields.project),
    flows: text(fields.flows),
    addresses: text(fields.addresses),
  }
}

/** What the form says, as the operation takes it: an empty field sets no bound. */
function paramsIn(fields: Fields): CreateKeyParams {
  const { name, expires, project } = typedIn(fields)
  return {
    name: name.trim(),
    scopes: scopesIn(fields),
    expires: expires === '' ? undefined : endOf(expires),
    project: project === '' ? null : project.trim(),
    flows: listOrNull('flows', fields.flows),
    addresses: listOrNull('addresses', fields.addresses),
  }
}

/** Null for an empty field, which sets no bound. Anything else does. */
function listOrNull(name: string, value: unknown): readonly string[] | null {
  if (value === undefined || value === '') return null
  const items = words(text(value))
  if (items.length > 0) return items
  throw invalidValue(name, `Say which ${name} with at least one word, or leave the field empty.`)
}

/** Null for everything, which nobody gets by leaving something out. */
function scopesIn(fields: Fields): readonly string[] | null {
  const { may, scopes } = typedIn(fields)
  if (may === 'everything' && fields.scopes === undefined) return null
  if (may === 'some' && scopes.length > 0) return scopes
  const message = 'Say what the key may do: everything, with nothing ticked, or only what is ticked.'
  throw invalidValue('scopes', message)
}

function endOf(day: string): number {
  const number = dayNumber(day)
  if (number === undefined) throw invalidValue('expires', 'The last day is not a day such as 2027-01-31.')
  return (number + 1) * DAY
}

export const KEYS_FORMS: readonly FormRow[] = [
  {
    path: '/new-key',
    needs: { scope: 'keys:admin' },
    isGrave: true,
    isFilledIn: true,
    async act(write, _names, fields, { frame }) {
      const make = (call: WriteCall) => createKey(call, paramsIn(fields))
      const { name, secret } = await write((call) => oncePerForm(call, text(fields.form), make))
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
