import type { DashboardOptions } from '../../service/http/dashboard/dashboard.js'
import { packageFile } from '../program/package-file.js'
import { version } from '../program/version.js'

/** The dashboard, with the style sheets that come with this package. */
export function dashboardOptions(
  options: Pick<DashboardOptions, 'provider' | 'editsManaged' | 'definitions'> = {},
): DashboardOptions {
  return { assets: packageFile('dist/assets'), version, ...options }
}
