import { type Brand, NO_BRAND } from './brand/branding.js'
import { type Language, languageFor, type Tag } from './language/language.js'

/** What a page is shown with, whatever it shows. */
export interface Look {
  readonly language: Language
  readonly brand: Brand
  /** The address of this page in another language; without it, the page offers none. */
  readonly inLanguage?: ((tag: Tag) => string) | undefined
  /** The address of this page with other parameters in place of its own; the language stays. */
  readonly here: (params: Readonly<Record<string, string>>) => string
  /** From this page to the root of the service: "..", relative, because a proxy may put a path before it. */
  readonly root: string
  /** The name of the script; null if there is none. */
  readonly script: string | null
}

/** For pages that are the same for everybody. */
export const PLAIN_LOOK: Look = {
  language: languageFor('en', undefined),
  brand: NO_BRAND,
  here: () => '',
  root: '..',
  script: null,
}
