import type { Assurance } from '../../../model/plan.js'

const EFFECTS = {
  strengthens: ['good', 'Strengthens the verification'],
  weakens: ['bad', 'Weakens the verification'],
  mixed: ['waiting', 'Strengthens and weakens the verification'],
  neutral: ['over', 'Leaves the verification as strong as it is'],
} as const satisfies Readonly<Record<Assurance['effect'], readonly [string, string]>>
const EXPOSES_LINK = 'Exposes the static link'
const BREAKS_CALLERS = 'Breaks callers'

/** What a change does to the verification, in words. */
export function effectWords({ effect, exposes_link, breaks_callers }: Assurance): readonly string[] {
  return [EFFECTS[effect][1], ...(exposes_link ? [EXPOSES_LINK] : []), ...(breaks_callers ? [BREAKS_CALLERS] : [])]
}

/** What a change does to the verification, and why: the same as in a plan. */
export function Effect({ of }: { readonly of: Assurance }) {
  const [tone, words] = EFFECTS[of.effect]
  return (
    <div class="effect">
      <span class={`tone ${tone}`}>{words}</span>
      {of.exposes_link && <span class="tone waiting">{EXPOSES_LINK}</span>}
      {of.breaks_callers && <span class="tone bad">{BREAKS_CALLERS}</span>}
      {of.reasons.length > 0 && (
        <ul>
          {of.reasons.map(({ effect, message }) => (
            <li key={effect + message}>
              {message} <span class="quiet">({effect.replace('_', ' ')})</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
