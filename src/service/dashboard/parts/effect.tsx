import type { Assurance } from '../../../model/plan.js'

const EFFECTS = {
  strengthens: ['good', 'Strengthens the verification'],
  weakens: ['bad', 'Weakens the verification'],
  mixed: ['waiting', 'Strengthens and weakens the verification'],
  neutral: ['over', 'Leaves the verification as strong as it is'],
} as const satisfies Readonly<Record<Assurance['effect'], readonly [string, string]>>

/** What a change does to the verification, and why: the same as in a plan. */
export function Effect({ of }: { readonly of: Assurance }) {
  const [tone, words] = EFFECTS[of.effect]
  return (
    <div class="effect">
      <span class={`tone ${tone}`}>{words}</span>
      {of.exposes_link && <span class="tone waiting">Exposes the static link</span>}
      {of.breaks_callers && <span class="tone bad">Breaks callers</span>}
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
