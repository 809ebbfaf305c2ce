import type { Action, Change, Plan } from '../../model/plan.js'
import { outstanding } from '../../plan/bound.js'
import { enumerate } from '../../plan/guard.js'
import { plural } from '../../text/text.js'

/** Every action with its sign and words, in the order of a summary. */
export const ACTIONS: Readonly<Record<Action, { sign: string; todo: string; done: string }>> = {
  create: { sign: '+', todo: 'to create', done: 'created' },
  update: { sign: '~', todo: 'to update', done: 'updated' },
  rename: { sign: '>', todo: 'to rename', done: 'renamed' },
  adopt: { sign: '^', todo: 'to adopt', done: 'adopted' },
  restore: { sign: '<', todo: 'to restore', done: 'restored' },
  archive: { sign: '-', todo: 'to archive', done: 'archived' },
}

/** "1 to create, 2 to update; 6 unchanged", or with `done` "1 created, 2 updated; 6 unchanged". */
export function summaryLine({ summary }: Pick<Plan, 'summary'>, tense: 'todo' | 'done'): string {
  const parts = (Object.keys(ACTIONS) as Action[])
    .filter((action) => summary[action] > 0)
    .map((action) => `${summary[action]} ${ACTIONS[action][tense]}`)
  return [parts.join(', '), `${summary.noop} unchanged`].filter((part) => part !== '').join('; ')
}

/** Flows for which apply only records that git accepts an edit; null if there are none. */
export function acceptedText({ accepted = [] }: Pick<Plan, 'accepted'>): string | null {
  if (accepted.length === 0) return null
  return `Edited outside git, and git now says the same: ${enumerate(accepted.map(({ key }) => key))}. Apply records it.`
}

/** A plan that changes no flow: apply may still have something to record, or a person something to edit at Stripe. */
export function nothing(plan: Pick<Plan, 'accepted' | 'bound'>): string {
  return plan.accepted === undefined && outstanding(plan).length === 0 ? 'Nothing to do' : 'No flow to change'
}

/** What a deployment does to flows that were edited outside git and that git now describes the same way. */
export function recordsText(count: number): string {
  return `${count} recorded as edited`
}

/** What a change does to the verification and to its callers, in short phrases. */
export function effects({ assurance, sessions_last_30_days: sessions }: Change): string[] {
  const { effect } = assurance
  return [
    ...(effect === 'neutral' ? [] : [effect === 'mixed' ? 'mixed: strengthens and weakens' : effect]),
    ...(assurance.exposes_link ? ['exposes static link'] : []),
    ...(assurance.breaks_callers ? ['breaks callers'] : []),
    ...(sessions > 0 ? [`${plural(sessions, 'session')} in 30 days`] : []),
  ]
}

export function modeName(livemode: boolean): string {
  return livemode ? 'live mode' : 'test mode'
}
