import type { Page } from '../../pages/page.js'
import { at, dashboardPage, type Frame } from '../frame.js'
import { TextDiff } from '../parts/text-diff.js'

export interface VersionsView {
  readonly flow: { readonly key: string; readonly name: string }
  readonly from: { readonly version: number; readonly yaml: string }
  readonly to: { readonly version: number; readonly yaml: string }
}

/** Two versions of a flow, as definitions. */
export function versionsPage(frame: Frame, { flow, from, to }: VersionsView): Page {
  return dashboardPage(
    200,
    frame,
    {
      title: `${flow.name}: version ${from.version} to ${to.version}`,
      within: 'flows',
      from: { href: at(frame.mode, 'flows', flow.key), text: flow.name },
    },
    <div class="card card-body">
      <TextDiff before={from.yaml} after={to.yaml} />
    </div>,
  )
}
