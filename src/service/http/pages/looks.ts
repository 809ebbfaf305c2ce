import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { type Branding, brandsOf, NO_BRANDING } from '../../pages/brand/branding.js'
import { languageFor } from '../../pages/language/language.js'
import type { Look } from '../../pages/look.js'
import { queryOf } from '../requests/query.js'

/** How the pages for people who are verified look, and the script that they may use. */
export interface PageOptions {
  readonly branding: Branding
  /** The text of the script; null for none. Everything works without it. */
  readonly script: string | null
}

export const PLAIN_PAGES: PageOptions = { branding: NO_BRANDING, script: null }

/** The name of the script's file. It changes with the content, so browsers may keep the file. */
export function scriptName({ script }: PageOptions): string | null {
  return script && `page-${createHash('sha256').update(script).digest('hex').slice(0, 24)}.js`
}

export type LookOf = (request: FastifyRequest, of: { readonly livemode: boolean }) => Look

/** The look of each answer: the brand of its mode, and the language that `?lang=` or the browser asks for. */
export function looks(pages: PageOptions): LookOf {
  const brands = brandsOf(pages.branding)
  const script = scriptName(pages)
  return (request, { livemode }) => {
    const query = queryOf(request)
    const { lang } = query
    return {
      language: languageFor(lang, request.headers['accept-language']),
      brand: livemode ? brands.live : brands.test,
      inLanguage: (tag) => addressOf({ ...query, lang: tag }),
      here: (params) => addressOf({ ...params, ...(lang !== undefined && { lang }) }),
      root: '..',
      script,
    }
  }
}

function addressOf(params: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(params).toString()
  return query === '' ? '' : `?${query}`
}
