import { type Page, page } from './page.js'

/** The page for people who cannot go on. It reveals nothing about the requested flow or session. */
export function errorPage(status: number, message: string | undefined): Page {
  const [title, text] = TEXTS[status] ?? ['Something went wrong', message ?? NOT_YOURS]
  return page(status, { title }, <p>{text}</p>)
}

const NOT_YOURS = 'It is not your fault. Try again later.'

const TEXTS: Readonly<Record<number, readonly [title: string, text: string]>> = {
  404: ['Page not found', 'The link is not right, or leads nowhere any more.'],
  410: [
    'This link is used up',
    'If you have submitted your details, there is nothing left to do. If not, ask for a new link where you got this one.',
  ],
  429: ['Too many visits', 'Wait a minute, then try again.'],
  500: ['Something went wrong', NOT_YOURS],
  503: ['Busy', 'Try again in a moment.'],
}
