import type { Look } from './look.js'

interface Way {
  readonly look: Look
  /** With `{where}` in it. */
  readonly text: 'done.back' | 'done.nothing' | 'result.back'
  readonly target: string
}

/** The way back to where the person came from: its host, or an app. */
export function WayBack({ look: { language }, text, target }: Way) {
  const { href, host, protocol } = new URL(target)
  const [before, after] = language.around(text, 'where')
  return (
    <p>
      {before}
      <a href={href}>{protocol.startsWith('http') ? host : language.say('done.app')}</a>
      {after}
    </p>
  )
}
