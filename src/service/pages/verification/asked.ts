import type { Asked } from '../../../verifier/checks.js'
import type { Language } from '../language/language.js'

/** What a person is asked for, in words: "your passport or your identity card". */
export function askedInWords({ say, oneOf }: Language, { documents, checks }: Asked): readonly string[] {
  const types = documents.map((type) => say(`asked.${type}`))
  return [...(types.length > 0 ? [oneOf(types)] : []), ...checks.map((check) => say(`asked.${check}`))]
}
