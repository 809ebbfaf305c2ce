import type { FormRow } from '../rows/form-row.js'
import type { PageRow } from '../rows/page-row.js'
import { AUDIT_PAGES } from './audit.js'
import { DEPLOYMENTS_PAGES } from './deployments.js'
import { DRIFT_PAGES } from './drift.js'
import { EDIT_FLOWS_FORMS, EDIT_FLOWS_PAGES } from './edit-flows.js'
import { EVENTS_PAGES } from './events.js'
import { FLOWS_FORMS, FLOWS_PAGES } from './flows.js'
import { KEYS_FORMS, KEYS_PAGES } from './keys.js'
import { REPORTS_PAGES } from './reports.js'
import { SIGN_INS_FORMS, SIGN_INS_PAGES } from './sign-ins.js'
import { VERIFICATIONS_FORMS, VERIFICATIONS_PAGES } from './verifications.js'
import { WEBHOOKS_FORMS, WEBHOOKS_PAGES } from './webhooks.js'

/** Every page of the dashboard, by section. */
export const PAGES: readonly PageRow[] = [
  ...FLOWS_PAGES,
  ...EDIT_FLOWS_PAGES,
  ...VERIFICATIONS_PAGES,
  ...REPORTS_PAGES,
  ...DEPLOYMENTS_PAGES,
  ...DRIFT_PAGES,
  ...EVENTS_PAGES,
  ...WEBHOOKS_PAGES,
  ...KEYS_PAGES,
  ...SIGN_INS_PAGES,
  ...AUDIT_PAGES,
]

/** Every form of the dashboard. */
export const FORMS: readonly FormRow[] = [
  ...FLOWS_FORMS,
  ...EDIT_FLOWS_FORMS,
  ...VERIFICATIONS_FORMS,
  ...WEBHOOKS_FORMS,
  ...KEYS_FORMS,
  ...SIGN_INS_FORMS,
]
