import { DEPLOY, DEPLOYMENT_ROUTES, FLOW_STATE } from './deployments.js'
import { EPHEMERAL_KEY_ROUTES } from './ephemeral-keys.js'
import { EVENT_ROUTES } from './events.js'
import { FLOW_ROUTES } from './flows.js'
import { KEY_ROUTES } from './keys.js'
import { REPORT_ROUTES } from './reports.js'
import type { AnyRoute, Row, SpecialRoute } from './route.js'
import { SESSION_ROUTES } from './sessions.js'
import { WEBHOOK_ROUTES } from './webhooks.js'

/** Every route under /v1, whose parameters are forms. */
export const V1_ROUTES: readonly AnyRoute[] = [
  ...FLOW_ROUTES,
  ...SESSION_ROUTES,
  ...REPORT_ROUTES,
  ...EVENT_ROUTES,
  ...WEBHOOK_ROUTES,
  ...KEY_ROUTES,
  ...EPHEMERAL_KEY_ROUTES,
]

/** The plain routes under /v2: each only calls its operation. */
export const V2_ROUTES: readonly AnyRoute[] = [...DEPLOYMENT_ROUTES]

/** The routes under /v2 whose handlers are written by hand. */
const SPECIAL_ROUTES: readonly SpecialRoute[] = [FLOW_STATE, DEPLOY]

/** Every route that asks for a key. */
export const ROUTES: readonly Row[] = [...V1_ROUTES, ...V2_ROUTES, ...SPECIAL_ROUTES]
