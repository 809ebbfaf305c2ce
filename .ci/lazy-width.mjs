// Nearly all that commands print is ASCII, and its width is known without a library. string-width makes an Intl.Segmenter
// and a pattern of all emoji as it is loaded, which is a quarter of what a short command takes. In the bundle it makes each
// when it is needed.
import { readFileSync } from 'node:fs'

const LATER = [
  [
    'const segmenter = new Intl.Segmenter();',
    'let made; const segmenter = { segment: (text) => (made ??= new Intl.Segmenter()).segment(text) };',
  ],
  [
    'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;',
    'const rgiEmojiRegex = { test: (text) => /^\\p{RGI_Emoji}$/v.test(text) };',
  ],
]

/** A plugin of esbuild. */
export const lazyWidth = {
  name: 'lazy-width',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]string-width[\\/]index\.js$/ }, ({ path }) => {
      let contents = readFileSync(path, 'utf8')
      for (const [at, later] of LATER) {
        if (contents.split(at).length !== 2)
          throw new Error(`${path} does not say "${at}" once: .ci/lazy-width.mjs is of another version`)
        contents = contents.replace(at, () => later)
      }
      return { contents, loader: 'js' }
    })
  },
}
