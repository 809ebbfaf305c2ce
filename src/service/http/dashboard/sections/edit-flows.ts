import { same } from '../../../../edit/around.js'
import { editAlone } from '../../../../edit/edit-definition.js'
import type { FlowConfig } from '../../../../model/flow.js'
import { ApiError, invalid } from '../../../api-error.js'
import {
  type Conflict,
  type EditView,
  editPage,
  type Faults,
  hasFaults,
  NO_FAULTS,
  type Preview,
  savesHere,
} from '../../../dashboard/flow-form/edit-page.js'
import {
  bodyOf,
  type FormValues,
  merged,
  NEW_FLOW,
  readValues,
  repeatedLabel,
  valuesOf,
  valueText,
} from '../../../dashboard/flow-form/form-values.js'
import type { Frame } from '../../../dashboard/frame.js'
import type { ReadCall } from '../../../operations/calls/call.js'
import { checkFlowKey } from '../../../operations/flows/check-key.js'
import { createFlow, replaceFlow } from '../../../operations/flows/flows.js'
import { type EditableFlow, editableFlow, previewFlow } from '../../../operations/flows/preview-flow.js'
import type { Page } from '../../../pages/page.js'
import { definitionOf } from '../rows/definition-text.js'
import { type Around, type Done, type Fields, type FormRow, text, type Write } from '../rows/form-row.js'
import { atOnce, type Download, nameOf, type PageRow, type Read } from '../rows/page-row.js'
import { configAt } from '../rows/version-at.js'
import { type Found, findInGit, inGitAfter } from './flow-in-git.js'

export const EDIT_FLOWS_PAGES: readonly PageRow[] = [
  {
    path: '/new-flow',
    needs: { scope: 'flows:write' },
    show: async (_read, _asked, frame) => {
      const typed = { key: '', values: NEW_FLOW, source: '' }
      return editPage(frame, { ...NOTHING_YET, flow: null, typed })
    },
  },
  {
    path: '/flows/:flow/edit',
    needs: { scope: 'flows:write' },
    show: atOnce(async (call, { names }, frame) => {
      const flow = await editableFlow(call, nameOf(names, 'flow'))
      const typed = { key: flow.key, values: valuesOf(flow.config), source: '' }
      return editPage(frame, { ...NOTHING_YET, flow, typed })
    }),
  },
]

export const EDIT_FLOWS_FORMS: readonly FormRow[] = [
  {
    path: '/new-flow',
    needs: { scope: 'flows:write' },
    act: (write, _names, fields, around) => answer(write, around, { flow: null, ...sentIn(fields) }),
  },
  {
    path: '/flows/:flow/edit',
    needs: { scope: 'flows:write' },
    async act(write, { flow: name = '' }, fields, around) {
      const now = await around.read((call) => editableFlow(call, name))
      const version = Number(text(fields.version))
      if (!Number.isSafeInteger(version)) throw invalid('parameter_invalid_integer', 'version', 'It is not a version.')
      const sent = { ...sentIn(fields), flow: { ...now, version } }
      // Whatever is made of an old form would take back what is newer, in git too.
      if (version >= now.version) return answer(write, around, sent)
      const view = { ...NOTHING_YET, ...sent }
      return around.read((call) => conflictPage(call, around.frame, view, sent.flow))
    },
  },
]

const NOTHING_YET = { faults: NO_FAULTS, preview: null, conflict: null, inGit: null }

const DEEDS = ['preview', 'download', 'propose', 'save'] as const

interface Sent {
  readonly flow: EditableFlow | null
  readonly what: (typeof DEEDS)[number]
  readonly typed: EditView['typed']
  /** Names the difference that was previewed. */
  readonly seen: string
}

function sentIn(fields: Fields): Omit<Sent, 'flow'> {
  const what = DEEDS.find((deed) => deed === fields.do)
  if (what === undefined) throw new ApiError(400, { message: 'The form does not say what to do.' })
  const source = text(fields.source).replaceAll('\r\n', '\n')
  return { what, typed: { key: text(fields.key), values: readValues(fields), source }, seen: text(fields.seen) }
}

/** Everything is looked at before anything is written; what is wrong is shown at once, beside what was typed. */
async function answer(write: Write, around: Around, sent: Sent): Promise<Done | Page | Download> {
  const { read, frame } = around
  const { flow, what, typed } = sent
  const body = bodyOf(typed.values)
  const preview = await read((call) => previewFlow(call, flow?.key ?? null, body))
  const faults = { ...faultsOf(sent), issues: [...issuesOf(typed.values), ...preview.issues], whole: preview.refusal }
  const view = { ...NOTHING_YET, flow, typed, faults }
  if (hasFaults(faults) || preview.config === null) return editPage(frame, view)
  // A text that somebody pasted is taken instead of the file.
  const found = what === 'save' || typed.source.trim() !== '' ? null : await findInGit(around, flow)
  const made = madeIn(frame, sent, preview.config, found)
  if ('refused' in made) return editPage(frame, { ...view, faults: { ...faults, source: made.refused } })
  // A file that is not made in the one in git is not handed out as if it were.
  const isReadable = found === null || 'definition' in found
  if (what === 'download' && isReadable)
    return { file: `${flow?.key ?? typed.key}.yaml`, type: 'text/yaml', content: made.after }
  if (what !== 'save') {
    const { from, ...texts } = made
    const shown = { assurance: preview.assuranceFrom(from), ...texts }
    const asked = { flow, found, preview: shown, what, seen: sent.seen }
    return editPage(frame, { ...view, preview: shown, inGit: await inGitAfter(write, around, asked) })
  }
  if (!savesHere(flow, frame)) {
    const message = `Project ${flow?.project} manages this flow: commit the definition, and let CI apply it.`
    throw new ApiError(403, { message })
  }
  return save(write, read, frame, view, body)
}

async function save(
  write: Write,
  read: Read,
  frame: Frame,
  view: EditView & { readonly flow: EditableFlow | null },
  body: Record<string, unknown>,
): Promise<Done | Page> {
  const { flow, typed } = view
  try {
    if (flow === null) {
      const { key } = await write((call) => createFlow(call, { ...body, key: typed.key }))
      return { to: ['flows', key], notice: 'flow_created' }
    }
    await write((call) => replaceFlow(call, flow.key, body, flow.version))
    return { to: ['flows', flow.key], notice: flow.project === null ? 'flow_saved' : 'flow_drifts' }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.body.code === 'flow_version_conflict' && flow !== null) {
      return read((call) => conflictPage(call, frame, view, flow))
    }
    if (error.status !== 400) throw error
    const { param, message } = error.body
    const fault = param === 'key' ? { key: message } : { whole: message }
    return editPage(frame, { ...view, faults: { ...view.faults, ...fault } })
  }
}

function faultsOf({ flow, typed }: Sent): Faults {
  if (flow !== null) return NO_FAULTS
  try {
    checkFlowKey(typed.key)
    return NO_FAULTS
  } catch (error) {
    if (error instanceof ApiError) return { ...NO_FAULTS, key: error.body.message }
    throw error
  }
}

function issuesOf(values: FormValues): Faults['issues'] {
  const name = repeatedLabel(values)
  if (name === undefined) return []
  return [{ code: 'INVALID_VALUE', message: `two labels have the name "${name}"`, pointer: '/metadata', part: 'value' }]
}

/** The texts without and with the edit, and what the first one says; null where there is none. */
interface Made extends Omit<Preview, 'assurance'> {
  readonly from: FlowConfig | null
}

/** The definitions without and with the edit: those of a managed flow begin with what git says. */
function madeIn(
  { mode }: Frame,
  { flow, typed: { key, source } }: Sent,
  config: FlowConfig,
  found: Found | null,
): Made | { readonly refused: string } {
  if (flow !== null && flow.project !== null && source.trim() !== '') {
    const file = `${flow.key}.yaml`
    const edited = editAlone({ file, text: source }, { config, mode })
    if ('fault' in edited) return { refused: edited.fault }
    const { text: after, before: from } = edited
    return { before: source, after, from, of: 'pasted', file, fault: null, differs: !same(from, flow.config) }
  }
  let fault: string | null = null
  if (found !== null && 'definition' in found) {
    const { path, text } = found.definition
    const edited = editAlone({ file: path, text }, { config, mode })
    if (!('fault' in edited)) {
      const { text: after, before: from } = edited
      return { before: text, after, from, of: 'git', file: path, fault, differs: !same(from, flow?.config) }
    }
    fault = `${path}: ${edited.fault}. Edit that file by hand.`
  }
  const from = flow?.applied ?? flow?.config ?? null
  const before = flow === null || from === null ? '' : definitionOf(flow.key, from, mode)
  const file = `${flow?.key ?? key}.yaml`
  return {
    before,
    after: definitionOf(flow?.key ?? key, config, mode),
    from,
    of: 'service',
    file,
    fault,
    differs: false,
  }
}

/** The form with one's own changes over those of whoever was faster. */
async function conflictPage(
  call: ReadCall,
  frame: Frame,
  view: EditView,
  { key, version }: EditableFlow,
): Promise<Page> {
  const now = await editableFlow(call, key)
  const seen = await configAt(call, now, version)
  const [base, is] = [valuesOf(seen), valuesOf(now.config)]
  const { values, both } = merged({ base, mine: view.typed.values, now: is })
  const names = both.map((pointer): [string, string] => [pointer, valueText(is.get(pointer))])
  const conflict: Conflict = {
    by: now.updated_by,
    at: now.updated,
    before: definitionOf(key, seen, frame.mode),
    after: definitionOf(key, now.config, frame.mode),
    both: new Map(names),
  }
  return editPage(frame, { ...view, flow: now, typed: { ...view.typed, values }, conflict })
}
