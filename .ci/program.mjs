// Builds the program and the library: dist/flows.js, which asks for a Node that is new enough and then loads dist/cli.js,
// and dist/index.js. Every package is in the bundle, so that nothing which somebody else publishes later changes what runs,
// or asks for a newer Node than package.json does. Left out is only SQLite for Node 20, which holds native code.
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build, transform } from 'esbuild'
import { lazyWidth } from './lazy-width.mjs'
import { startText } from './start.mjs'
import { onlyNamed, withSystemTheme } from './styles.mjs'

const SOURCE_MAP = /\n?(?:\/\*|\/\/)# sourceMappingURL=[^\n]*/

rmSync('dist/chunks', { recursive: true, force: true })
const { metafile } = await build({
  entryPoints: { cli: 'src/cli/program/flows.ts', index: 'src/index.ts' },
  bundle: true,
  // A command loads what it needs, and no more.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  // The first is smaller so, and the second's other build asks for its parts in a way that no bundler follows.
  alias: {
    yaml: './node_modules/yaml/browser/index.js',
    'jsonc-parser': './node_modules/jsonc-parser/lib/esm/main.js',
  },
  // pg asks for the second and goes on without it.
  external: ['@photostructure/sqlite', 'pg-native'],
  plugins: [lazyWidth],
  metafile: true,
  logLevel: 'warning',
  banner: {
    js: `import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);`,
  },
})
const start = startText({
  say: "process.stderr.write(message + '\\n')",
  message: (needed) => `'flows needs ${needed}, and this is ' + process.version + ' (' + process.execPath + ').'`,
  main: './cli.js',
})
writeFileSync('dist/flows.js', `#!/usr/bin/env node\n${start}`)
chmodSync('dist/flows.js', 0o755)
mkdirSync('node_modules/.cache/flows', { recursive: true })
writeFileSync('node_modules/.cache/flows/bundle.json', JSON.stringify(metafile))

// The script of the pages for people who are verified.
const script = await transform(readFileSync('src/service/pages/page-script.js', 'utf8'), {
  minify: true,
  target: 'es2022',
})
mkdirSync('dist/pages', { recursive: true })
writeFileSync('dist/pages/page-script.js', script.code)

// The style sheets and the script of the dashboard, also compressed: they are most of what its first page transfers.
const pages = readdirSync('src/service/dashboard', { recursive: true }).filter((name) => name.endsWith('.tsx'))
const texts = pages.map((name) => readFileSync(`src/service/dashboard/${name}`, 'utf8'))
const read = (...paths) => paths.map((path) => readFileSync(path, 'utf8').replace(SOURCE_MAP, '')).join('\n')
mkdirSync('dist/assets', { recursive: true })
for (const [name, text] of Object.entries({
  'tabler.min.css': onlyNamed(withSystemTheme(read('node_modules/@tabler/core/dist/css/tabler.min.css')), texts),
  'dashboard.css': read('src/service/dashboard/dashboard.css'),
  'live.js': read('node_modules/htmx.org/dist/htmx.min.js', 'node_modules/htmx.org/dist/ext/hx-ptag.min.js'),
})) {
  writeFileSync(`dist/assets/${name}`, text)
  writeFileSync(`dist/assets/${name}.gz`, gzipSync(text, { level: 9 }))
  writeFileSync(`dist/assets/${name}.br`, brotliCompressSync(text))
}
