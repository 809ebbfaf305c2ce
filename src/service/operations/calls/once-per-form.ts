import { ApiError } from '../../api-error.js'
import type { WriteCall } from './call.js'
import { idOfPrincipal } from './principal.js'

/** A form that makes something has an id of its own, made with its page. */
const FORM_ID = /^[0-9a-f-]{36}$/

/**
 * Makes something for a form that a person sends: once, also if the form comes again, as when its page is loaded anew.
 * Throws 409 then. The record is among those of idempotency keys, and kept as long. The API cannot meet it: nobody else
 * knows the form's id.
 */
export async function oncePerForm<T extends { readonly id: string }>(
  call: WriteCall,
  form: string,
  make: (call: WriteCall) => Promise<T>,
): Promise<T> {
  if (!FORM_ID.test(form)) throw new ApiError(400, { message: 'The form has no id of its own. Nothing was done.' })
  const { tx, livemode, now, principal } = call
  const key = `dashboard form ${form}`
  await tx.lock(key)
  if ((await tx.idempotency.find(livemode, key)) !== undefined) {
    const message =
      'This form was sent before, and did what it says then; a second one was not made. If you did not see its secret, delete or revoke it in the list, and make another.'
    throw new ApiError(409, { message })
  }
  const made = await make(call)
  await tx.idempotency.insert({
    livemode,
    key,
    api_key: idOfPrincipal(principal),
    fingerprint: '',
    // Not what was made: answers about that are dropped earlier, with its secret or itself.
    resource: `form_${form}`,
    status: 409,
    body: '',
    request: call.request?.id ?? null,
    created: now,
  })
  return made
}
