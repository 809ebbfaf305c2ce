import { RemoteError, type RemoteReader, type RemoteWriter, type Subject } from './remote.js'

/** What each call looks for, so that a "not found" error names it and no caller has to parse a message. */
const SUBJECTS: Readonly<Record<string, Subject>> = {
  retrieveFlow: 'flow',
  listFlowVersions: 'flow',
  rotateLink: 'flow',
  createSession: 'flow',
  listSessions: 'flow',
  retrieveDeployment: 'deployment',
  deploymentFlows: 'deployment',
  retrieveSession: 'session',
  submitSession: 'session',
  listKeys: 'key',
  revokeKey: 'key',
}

/** The same half of a remote; its "not found" errors name what was looked for. */
export function sayingWhat<Half extends RemoteReader | RemoteWriter>(half: Half): Half {
  const calls = Object.entries(half as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)
  const named = calls.map(([name, call]) => {
    const subject = SUBJECTS[name]
    if (subject === undefined) return [name, call]
    return [
      name,
      (...args: unknown[]) => call(...args).catch((error: unknown) => Promise.reject(about(error, subject))),
    ]
  })
  return Object.fromEntries(named) as Half
}

function about(error: unknown, subject: Subject): unknown {
  // The cursor of a page of sessions is a session.
  if (error instanceof RemoteError && error.kind === 'not_found') {
    error.subject = error.param === 'starting_after' ? 'session' : subject
  }
  return error
}
