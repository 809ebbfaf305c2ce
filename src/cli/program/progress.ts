import { printable } from '../../text/text.js'
import type { Terminal } from './terminal.js'

export interface Progress {
  begin(step: string): void
  end(): void
}

/**
 * Shows on stderr what the program is waiting for. On a terminal, the line counts the seconds and disappears at the
 * end; in a log it appears once.
 */
export function progress(terminal: Terminal, now: () => number = Date.now): Progress {
  let timer: NodeJS.Timeout | undefined
  return {
    begin: (text) => {
      const step = printable(text)
      if (!terminal.isTalkLive) {
        terminal.talk(`${step} ...\n`)
        return
      }
      const started = now()
      const draw = () => {
        const seconds = Math.round((now() - started) / 1000)
        terminal.talk(`\r\u001b[2K${short(step, terminal)} ...${seconds > 0 ? ` ${seconds} s` : ''}`)
      }
      draw()
      timer = setInterval(draw, 1000)
      timer.unref()
    },
    end: () => {
      clearInterval(timer)
      if (terminal.isTalkLive) terminal.talk('\r\u001b[2K')
    },
  }
}

/** A line longer than the terminal could not be erased. */
function short(step: string, { talkColumns = Number.POSITIVE_INFINITY }: Terminal): string {
  const room = talkColumns - ' ... 9999 s'.length
  return step.length <= room ? step : `${step.slice(0, room - 1)}…`
}
