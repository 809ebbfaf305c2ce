import { Option } from '@commander-js/extra-typings'
import { type Post, notify as tell } from '../../app/review/notify.js'
import type { Site } from '../../app/site.js'
import { ciJob } from '../../ci/job.js'
import type { About, Notice } from '../../notify/notice.js'

export function notifyOption() {
  return new Option('--notify', 'tell those whom notify of the configuration names')
}

/** How long a receiver may take to answer, in milliseconds. */
const TIMEOUT = 10_000
/** Answers are short, and nobody reads them. */
const LARGEST_ANSWER = 64 * 1024
const TRIES = 2

/** Tells of what a command found or did, if it was asked to and the configuration names anybody. */
export async function notify(
  site: Site,
  isAsked: true | undefined,
  livemode: boolean,
  noticeOf: (about: About) => Notice | null,
): Promise<void> {
  if (!isAsked || (site.project.config.notify ?? []).length === 0) return
  const url = ciJob(site.env)?.run ?? null
  const notice = noticeOf({ project: site.project.config.project, environment: site.target.name, livemode, url })
  if (notice !== null) await tell(site, notice, post)
}

const post: Post = async (address, body) => {
  const { request } = await import('../../outbound/request.js')
  const { faultText } = await import('../../outbound/fault-text.js')
  for (let tried = 1; ; tried += 1) {
    const answer = await request(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'verification-flows' },
      body,
      signal: AbortSignal.timeout(TIMEOUT),
      most: LARGEST_ANSWER,
    }).catch((fault: unknown) => ({ fault }))
    if ('status' in answer && answer.status >= 200 && answer.status <= 299) return
    const isLast = tried === TRIES || ('status' in answer && answer.status < 500 && answer.status !== 429)
    if (isLast) throw new Error('status' in answer ? `it answered ${answer.status}` : faultText(answer.fault))
  }
}
