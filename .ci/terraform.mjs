// Builds dist/terraform/: what Terraform starts, and the bundle that this runs. Nothing outside of the folder is needed.
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

/** Bundles a program that serves a provider. Without anything that changes from one build to the next: Terraform records
 * a hash of all files. */
export async function buildProvider(entry, folder) {
  rmSync(folder, { recursive: true, force: true })
  const { metafile } = await build({
    entryPoints: { provider: entry },
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
    // Of @grpc/grpc-js, for what is not used here: it reads .proto files.
    external: ['@grpc/proto-loader', '@photostructure/sqlite', 'pg', 'fastify'],
    metafile: true,
    logLevel: 'warning',
    banner: {
      js: `${TOO_OLD}import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);`,
    },
  })
  const launcher = join(folder, 'terraform-provider-flows')
  copyFileSync('src/terraform/launcher.sh', launcher)
  chmodSync(launcher, 0o755)
  return metafile
}

// An older Node may not know what the bundle is written in, but it reads this far.
const TOO_OLD = `if(Number(process.versions.node.split('.')[0])<20){console.log('The provider verification-flows/flows needs Node.js 20.19 or newer; node on the PATH of terraform is '+process.version+'.');process.exit(1)}`

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const metafile = await buildProvider('src/terraform/main.ts', 'dist/terraform')
  mkdirSync('node_modules/.cache/flows', { recursive: true })
  writeFileSync('node_modules/.cache/flows/terraform.json', JSON.stringify(metafile))
}
