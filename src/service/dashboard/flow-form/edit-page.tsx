import type { Issue } from '../../../model/diagnostic.js'
import type { Assurance } from '../../../model/plan.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, FormToken, type Frame } from '../frame.js'
import { Effect } from '../parts/effect.js'
import { TextDiff } from '../parts/text-diff.js'
import { Time } from '../parts/time.js'
import { Asked } from './asked.js'
import { FlowFields, idOf, KeyField } from './flow-fields.js'
import { FORM_FIELDS } from './form-fields.js'
import { type FormValues, issuesByField } from './form-values.js'
import { type InGit, InGitNotice, ProposeButton } from './in-git.js'
import { GIT_DIFFERS } from './proposal.js'

export interface EditView {
  /** The flow that is edited; null for a new one. */
  readonly flow: EditedFlow | null
  /** What the form holds. */
  readonly typed: { readonly key: string; readonly values: FormValues; readonly source: string }
  readonly faults: Faults
  /** What the edit comes to; null before it was asked for, and while something is wrong. */
  readonly preview: Preview | null
  /** Somebody else was faster. */
  readonly conflict: Conflict | null
  /** Null where the service does not know the file. */
  readonly inGit: InGit | null
}

export interface EditedFlow {
  readonly key: string
  readonly name: string
  readonly project: string | null
  /** The version that the form is about. */
  readonly version: number
}

export interface Faults {
  readonly issues: readonly Issue[]
  readonly key: string | null
  /** About all of it. */
  readonly whole: string | null
  /** About the pasted definition. */
  readonly source: string | null
}

export interface Preview {
  readonly assurance: Assurance
  /** The definition in git, and the one with the edit. */
  readonly before: string
  readonly after: string
  /** What `before` is: what the service says, the file as somebody pasted it, or the file as it is in git. */
  readonly of: 'service' | 'pasted' | 'git'
  /** The name of the file; its path, if it is known. */
  readonly file: string
  /** Whether git says other than the service: the form begins with what the service has. */
  readonly differs: boolean
  /** Why the edit could not be made in the file that is in git. */
  readonly fault: string | null
}

export interface Conflict {
  readonly by: string | null
  readonly at: number
  /** What somebody else has changed since, as definitions. */
  readonly before: string
  readonly after: string
  /** The fields that both have changed, with what they are now. */
  readonly both: ReadonlyMap<string, string>
}

export const NO_FAULTS: Faults = { issues: [], key: null, whole: null, source: null }

/** The form of a flow. It is checked and previewed as often as one likes before anything is written. */
export function editPage(frame: Frame, view: EditView): Page {
  const { flow, typed, faults, conflict, inGit } = view
  const { mode } = frame
  const isManaged = flow !== null && flow.project !== null
  const isWrong = hasFaults(faults)
  const status = conflict !== null ? 412 : isWrong ? 400 : (inGit?.status ?? 200)
  return dashboardPage(
    status,
    frame,
    {
      title: flow === null ? 'New flow' : `Edit ${flow.name}`,
      within: 'flows',
      from: {
        href: flow === null ? at(mode, 'flows') : at(mode, 'flows', flow.key),
        text: flow === null ? 'All flows' : flow.name,
      },
    },
    <form
      method="post"
      action={flow === null ? at(mode, 'new-flow') : at(mode, 'flows', flow.key, 'edit')}
      class="flow-form columns"
    >
      <FormToken of={frame} />
      {flow !== null && <input type="hidden" name="version" value={flow.version} />}
      {flow !== null && flow.project !== null && <Managed project={flow.project} frame={frame} />}
      {isWrong && <FaultList faults={faults} />}
      {inGit !== null && <InGitNotice of={inGit} />}
      {conflict !== null && <ConflictCard of={conflict} />}
      {view.preview !== null && <PreviewCard of={view.preview} view={view} frame={frame} />}
      <section class="card card-body" aria-label="Configuration">
        {flow === null && <KeyField value={typed.key} fault={faults.key} />}
        <FlowFields values={typed.values} issues={issuesByField(faults.issues)} both={conflict?.both ?? new Map()} />
        {isManaged && <Source text={typed.source} fault={faults.source} />}
        <Buttons view={view} frame={frame} />
      </section>
      <Asked />
    </form>,
  )
}

export function hasFaults({ issues, key, whole, source }: Faults): boolean {
  return issues.length > 0 || key !== null || whole !== null || source !== null
}

/** Whether the edit of a flow may be written here. */
export function savesHere(flow: Pick<EditedFlow, 'project'> | null, { editsManaged }: Frame): boolean {
  return flow === null || flow.project === null || editsManaged
}

function Managed({ project, frame }: { readonly project: string; readonly frame: Frame }) {
  const forge = frame.forgeOf(project)
  return (
    <p class="alert alert-info wide">
      Project {project} manages this flow, so git is where it is edited. Make the edit here: the result is{' '}
      {forge === null ? 'the definition to commit' : `a pull request at ${forge}, or the definition to commit`}.
      {frame.editsManaged && ' It can be saved here too. Then the flow differs from git until somebody pulls the edit.'}
    </p>
  )
}

function FaultList({ faults }: { readonly faults: Faults }) {
  const { issues, key, whole, source } = faults
  const titles = new Map(FORM_FIELDS.map(({ pointer, title }) => [pointer, title]))
  return (
    <section class="alert alert-danger wide" role="alert" aria-labelledby="faults">
      <h2 id="faults">Nothing was written</h2>
      <ul>
        {whole !== null && <li>{whole}</li>}
        {key !== null && (
          <li>
            <a href={`#${idOf('/key')}`}>Key</a>: {key}
          </li>
        )}
        {[...issuesByField(issues)].flatMap(([pointer, found]) =>
          found.map(({ message }) => (
            <li key={pointer + message}>
              {pointer !== '' && <a href={`#${idOf(pointer)}`}>{titles.get(pointer)}</a>}
              {pointer !== '' && ': '}
              {message}
            </li>
          )),
        )}
        {source !== null && (
          <li>
            <a href="#source">The file in git</a>: {source}
          </li>
        )}
      </ul>
    </section>
  )
}

function ConflictCard({ of: { by, at: when, before, after, both } }: { readonly of: Conflict }) {
  return (
    <section class="card card-body wide conflict" role="alert" aria-labelledby="conflict">
      <h2 id="conflict">Somebody has changed the flow meanwhile</h2>
      <p>
        {by ?? 'Unknown'}, <Time at={when} />. Nothing of yours was written. The form holds your changes over theirs:
        look at it, then go on.
      </p>
      {both.size > 0 && (
        <p>Both of you have changed {both.size === 1 ? 'one field' : `${both.size} fields`}: see below.</p>
      )}
      <TextDiff before={before} after={after} />
    </section>
  )
}

interface PreviewProps {
  readonly of: Preview
  readonly view: EditView
  readonly frame: Frame
}

const OF_TEXT = {
  service: `The service does not have the file of this flow, only what it says. Comments, layout, and what the file says
    for other environments are not in this text: paste the file below to have the edit made in it.`,
  pasted: 'The file as you pasted it, with this edit alone: every other byte stays.',
  git: 'The file as it is in git, with this edit alone: every other byte stays.',
} as const

function PreviewCard({ of: { assurance, before, after, of, file, fault, differs }, view, frame }: PreviewProps) {
  const { flow } = view
  const isManaged = flow !== null && flow.project !== null
  return (
    <section class="card card-body wide" aria-labelledby="preview">
      <h2 id="preview">What this does</h2>
      <Effect of={assurance} />
      <h3>{flow === null ? 'The definition' : 'The edit'}</h3>
      <TextDiff before={before} after={after} />
      {fault !== null && <p class="alert alert-warning">{fault}</p>}
      {differs && <p class="alert alert-warning">{GIT_DIFFERS}</p>}
      {isManaged && <p class="quiet">{OF_TEXT[of]}</p>}
      <label for="whole">
        {isManaged ? 'The definition to commit' : 'The same as a definition'}, <code>{file}</code>
      </label>
      <textarea
        class="form-control yaml"
        id="whole"
        readOnly
        rows={Math.min(16, after.split('\n').length)}
        value={after}
      />
      {isManaged && of !== 'git' && (
        <p>
          Put it into the folder of definitions, commit it, and let CI run <code>flows apply</code>.
        </p>
      )}
      <Buttons view={view} frame={frame} isDownloadable />
    </section>
  )
}

interface ButtonsProps {
  readonly view: EditView
  readonly frame: Frame
  readonly isDownloadable?: boolean
}

/** The first one is pressed by the Enter key, so it writes nothing. */
function Buttons({ view: { flow, inGit }, frame, isDownloadable = false }: ButtonsProps) {
  const save = flow === null ? 'Create the flow' : flow.project === null ? 'Save' : 'Save here, outside git'
  return (
    <div class="buttons">
      <button class="btn" type="submit" name="do" value="preview">
        Preview
      </button>
      {isDownloadable && (
        <button class="btn" type="submit" name="do" value="download">
          Download the definition
        </button>
      )}
      {isDownloadable && inGit !== null && <ProposeButton of={inGit} />}
      {savesHere(flow, frame) && (
        <button class="btn btn-primary" type="submit" name="do" value="save">
          {save}
        </button>
      )}
    </div>
  )
}

function Source({ text, fault }: { readonly text: string; readonly fault: string | null }) {
  return (
    <details open={text !== ''}>
      <summary>Make the edit in the file as it is in git</summary>
      <label for="source">The file in git, all of it</label>
      <textarea
        class="form-control yaml"
        id="source"
        name="source"
        rows={8}
        value={text}
        aria-describedby={fault === null ? 'source-hint' : 'source-hint source-fault'}
        {...(fault !== null && { 'aria-invalid': 'true' as const })}
      />
      <div class="quiet" id="source-hint">
        The edit is then made in this text: comments and layout stay. It is not kept.
      </div>
      {fault !== null && (
        <div class="fault" id="source-fault">
          <p>{fault}</p>
        </div>
      )}
    </details>
  )
}
