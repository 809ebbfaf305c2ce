// Builds dist/terraform/: what Terraform starts, and the bundle that this runs. Nothing outside of the folder is needed, and
// nothing in it changes from one build to the next, since Terraform records a hash of all files.
// Tests build a program and a folder of their own: node .ci/terraform.mjs ENTRY FOLDER
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { lazyWidth } from './lazy-width.mjs'
import { startText } from './start.mjs'

const [entry, folder] = process.argv.length > 2 ? process.argv.slice(2) : ['src/terraform/main.ts', 'dist/terraform']
// Terraform shows people nothing but what was on stdout.
const START = startText({
  say: 'console.log(message)',
  message: (needed) =>
    `'The provider verification-flows/flows needs ${needed}; node on the PATH of terraform is ' + process.version + '.'`,
  main: './main.mjs',
})
const REQUIRE = `import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);`

rmSync(folder, { recursive: true, force: true })
const { metafile } = await build({
  entryPoints: { main: entry },
  bundle: true,
  // Only what a run needs is read: the embedded store, or the client of a service.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  alias: { yaml: './node_modules/yaml/browser/index.js' },
  // The first reads .proto files, which nothing here does.
  external: ['@grpc/proto-loader', '@photostructure/sqlite'],
  plugins: [lazyWidth],
  metafile: true,
  logLevel: 'warning',
  banner: { js: REQUIRE },
})
writeFileSync(join(folder, 'provider.mjs'), START)
const launcher = join(folder, 'terraform-provider-flows')
copyFileSync('src/terraform/launcher.sh', launcher)
chmodSync(launcher, 0o755)
if (process.argv.length === 2) {
  mkdirSync('node_modules/.cache/flows', { recursive: true })
  writeFileSync('node_modules/.cache/flows/terraform.json', JSON.stringify(metafile))
}
