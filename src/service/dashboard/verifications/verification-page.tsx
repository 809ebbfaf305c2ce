import type { VerificationReport, VerificationSession } from '../../../model/resources.js'
import type { ReviewRecord } from '../../../store/people/reviews.js'
import type { Page } from '../../pages/page.js'
import { at, dashboardPage, FormToken, type Frame } from '../frame.js'
import { Live } from '../lists/live.js'
import { Facts } from '../parts/facts.js'
import { metadataText } from '../parts/metadata.js'
import { QrCode } from '../parts/qr-code.js'
import { CHECK_SECTIONS, Check, Status } from '../parts/status.js'
import { Sure } from '../parts/sure.js'
import { Time } from '../parts/time.js'
import { type Values, ValuesCard } from './values-card.js'

export interface VerificationView {
  readonly session: VerificationSession
  /** The newest report; null if there is none, or the person may not read it. */
  readonly report: VerificationReport | null
  /** Null without a flow. */
  readonly flowName: string | null
  /** What happened, oldest first. */
  readonly events: readonly { readonly id: string; readonly type: string; readonly created: number }[]
  /** Results that people overrode, oldest first. */
  readonly reviews: readonly ReviewRecord[]
  /** The verifier elsewhere that decides; null for a session that is verified here. */
  readonly verifier: string | null
  /** Whether the last attempt ended with checks, so that there is a result to override. */
  readonly hasResult: boolean
  /** How an attempt may end, if that is chosen here: only in test mode. */
  readonly outcomes: readonly string[]
  readonly values: Values
  /** The page for the person as a picture, in SVG; null if there is none. */
  readonly qrCode: string | null
}

/** One verification: its status, each check with its reason, and what happened when. */
export function verificationPage(frame: Frame, view: VerificationView): Page {
  const { session, report, flowName } = view
  const { last_error: error, verification_flow: flow } = session
  const isPersonal = frame.may('reports:read')
  return dashboardPage(
    200,
    frame,
    {
      title: `Verification ${session.id}`,
      within: 'verifications',
      from: { href: at(frame.mode, 'verifications'), text: 'All verifications' },
    },
    <div class="columns">
      <Live frame={frame}>
        <section class="card card-body tall" aria-labelledby="state">
          <h2 id="state">
            <Status of={session.status} />
          </h2>
          {error !== null && (
            <p>
              <code>{error.code}</code> {error.reason}
            </p>
          )}
          <Facts
            of={[
              ['Created', <Time key="created" at={session.created} />],
              [
                'Flow',
                flow !== undefined && (
                  <a key="flow" href={at(frame.mode, 'flows', flow)}>
                    {flowName ?? flow}
                  </a>
                ),
              ],
              ['Version of the flow', session.verification_flow_version],
              ['Redaction', session.redaction?.status],
              ['Reference', isPersonal && session.client_reference_id],
              ['Metadata', isPersonal && metadataText(session.metadata)],
            ]}
          />
          {!isPersonal && <p class="quiet">Your role shows no personal data.</p>}
        </section>
        <section class="card card-body" aria-labelledby="checks">
          <h2 id="checks">Checks</h2>
          {report === null ? (
            <p class="quiet">{isPersonal ? 'No attempt has ended yet.' : 'Your role shows no reports.'}</p>
          ) : (
            <Report report={report} />
          )}
        </section>
        <section class="card card-body" aria-labelledby="timeline">
          <h2 id="timeline">What happened</h2>
          <Timeline of={view} showsReasons={isPersonal} />
        </section>
      </Live>
      {isPersonal && <ValuesCard frame={frame} session={session.id} values={view.values} />}
      {frame.may('sessions:write') && <Actions frame={frame} view={view} />}
    </div>,
  )
}

function Report({ report }: { readonly report: VerificationReport }) {
  return (
    <ul class="results">
      {CHECK_SECTIONS.map(([name, words]) => {
        const section = report[name]
        if (section === undefined) return null
        return (
          <li key={name}>
            <strong>{words}</strong> <Check status={section.status} />
            {section.error !== null && (
              <div>
                <code>{section.error.code}</code> {section.error.reason}
              </div>
            )}
          </li>
        )
      })}
    </ul>
  )
}

/** Events and reviews in one order. A review comes after the event that it caused. */
function Timeline({
  of: { events, reviews },
  showsReasons,
}: {
  readonly of: VerificationView
  readonly showsReasons: boolean
}) {
  const happened = [
    ...events.map(({ id, type, created }) => ({
      id,
      created,
      words: type.replace('identity.verification_session.', '').replace('_', ' '),
    })),
    ...reviews.map(({ id, created, after, actor, reason }) => ({
      id,
      created,
      words: `${actor ?? 'unknown'} overrode the result: ${after.replace('_', ' ')}${showsReasons ? `, because: ${reason}` : ''}`,
    })),
  ]
  return (
    <ol class="timeline">
      {happened
        .toSorted((one, other) => one.created - other.created)
        .map(({ id, created, words }) => (
          <li key={id}>
            <Time at={created} /> {words}
          </li>
        ))}
    </ol>
  )
}

function Actions({ frame, view }: { readonly frame: Frame; readonly view: VerificationView }) {
  const { session, outcomes } = view
  const here = at(frame.mode, 'verifications', session.id)
  const isOpen = session.status === 'requires_input' && session.redaction === null
  const mayRedact = session.redaction === null && session.status !== 'processing' && session.status !== 'canceled'
  const mayReview = frame.may('reports:read') && view.hasResult
  if (!isOpen && !mayRedact) return null
  return (
    <section class="card card-body" aria-labelledby="actions">
      <h2 id="actions">Actions</h2>
      {isOpen && session.url !== null && (
        <>
          <p>
            For the person: <a href={session.url}>the page of this verification</a>
          </p>
          {view.qrCode !== null && <QrCode of={view.qrCode} label="The page of this verification as a QR code" />}
        </>
      )}
      {isOpen && outcomes.length > 0 && (
        <form method="post" action={`${here}/submit`} class="filters">
          <FormToken of={frame} />
          <label>
            Let the attempt end as
            <select class="form-select" name="outcome">
              {outcomes.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          </label>
          <button class="btn" type="submit">
            Submit
          </button>
        </form>
      )}
      {mayReview && <Review frame={frame} view={view} action={`${here}/review`} />}
      {isOpen && (
        <Sure
          frame={frame}
          action={`${here}/cancel`}
          text="Cancel this verification"
          what="It cannot be opened again."
        />
      )}
      {mayRedact && (
        <Sure
          frame={frame}
          action={`${here}/redact`}
          text="Redact this verification"
          what="All personal data of it is erased, for ever."
        />
      )}
    </section>
  )
}

interface ReviewProps {
  readonly frame: Frame
  readonly view: VerificationView
  readonly action: string
}

function Review({ frame, view: { session, verifier }, action }: ReviewProps) {
  if (verifier !== null) {
    return (
      <p class="quiet">
        <code>{verifier}</code> verifies this person, so its result is overridden there: it shows here afterwards.
      </p>
    )
  }
  const isVerified = session.status === 'verified'
  const what = isVerified ? 'Override the result: not verified' : 'Override the result: verified'
  return (
    <details>
      <summary>{what}</summary>
      <form method="post" action={action}>
        <FormToken of={frame} />
        <input type="hidden" name="status" value={isVerified ? 'requires_input' : 'verified'} />
        <p>
          {isVerified
            ? 'The person can try again, and receivers of webhooks hear that input is required.'
            : 'Receivers of webhooks hear that the person is verified.'}{' '}
          Your name and the reason are recorded.
        </p>
        <label>
          Reason
          <textarea class="form-control" name="reason" rows={2} maxLength={1000} required />
        </label>
        <button class="btn btn-primary" type="submit">
          {isVerified ? 'Mark as not verified' : 'Mark as verified'}
        </button>
      </form>
    </details>
  )
}
