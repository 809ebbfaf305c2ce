import postcss from 'postcss'

/** What Tabler's style sheet says of the dark theme. */
const DARK = /^(?::root)?\[data-bs-theme="?dark"?\]/
/** A page that asks for no theme has that of the system. As specific as the selector that it stands for. */
const SYSTEM = ':root:where(:not([data-bs-theme]))'
const CLASS = /\.((?:\\.|[\w-])+)/g

/**
 * A style sheet whose dark theme also holds where the system asks for it and the page for none: so it needs no script.
 * Each rule stands where it stood, so the order of the rules is kept.
 */
export function withSystemTheme(css) {
  const root = postcss.parse(css)
  root.walkRules((rule) => {
    const selectors = rule.selectors.filter((one) => DARK.test(one)).map((one) => one.replace(DARK, SYSTEM))
    if (selectors.length === 0 || rule.parent?.name === 'media') return
    const media = postcss.atRule({ name: 'media', params: '(prefers-color-scheme:dark)', source: rule.source })
    media.append(rule.clone({ selectors }))
    rule.after(media)
  })
  return root.toString()
}

/** A style sheet without the rules for classes that no text names: of Tabler's, one in ten is left. */
export function onlyNamed(css, texts) {
  const named = new Set(texts.flatMap((text) => text.match(/[\w-]+/g) ?? []))
  const root = postcss.parse(css)
  const isNamed = (selector) => {
    const asked = selector.replace(/:not\((?:[^()]|\([^()]*\))*\)/g, '')
    return [...asked.matchAll(CLASS)].every(([, name]) => named.has(name.replace(/\\/g, '')))
  }
  root.walkRules((rule) => {
    if (rule.parent?.name?.endsWith('keyframes')) return
    const selectors = rule.selectors.filter(isNamed)
    if (selectors.length === 0) rule.remove()
    else if (selectors.length < rule.selectors.length) rule.selectors = selectors
  })
  root.walkAtRules((rule) => {
    if (rule.nodes?.length === 0) rule.remove()
  })
  return root.toString()
}
