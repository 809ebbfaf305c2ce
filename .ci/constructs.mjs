// Makes of src/constructs/, which is written over cdktn, the two entry points dist/constructs/cdktn and .../cdktf, and with
// `--declarations` (after tsc) their declarations. CommonJS, as both libraries are: apps of either kind load that. Each of
// the two writes over what it made before and leaves the other's alone: npm runs them in either order.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const { values } = parseArgs({
  options: { declarations: { type: 'boolean' }, out: { type: 'string', default: 'dist' } },
})
const libraries = ['cdktn', 'cdktf']
const folder = (library) => join(values.out, 'constructs', library)

if (values.declarations) for (const library of libraries) declare(library)
else for (const library of libraries) await bundle(library)

async function bundle(library) {
  await build({
    entryPoints: ['src/constructs/index.ts'],
    outfile: join(folder(library), 'index.cjs'),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    alias: { cdktn: library, yaml: './node_modules/yaml/browser/index.js' },
    external: [library, 'constructs'],
    logLevel: 'warning',
  })
}

/** What tsc has said of the one source, said of each library; with the types of other folders that it names, as CommonJS. */
function declare(library) {
  const from = join(values.out, 'types/src')
  const into = folder(library)
  mkdirSync(into, { recursive: true })
  for (const file of readdirSync(into, { recursive: true }).filter((name) => name.endsWith('.d.cts')))
    rmSync(join(into, file))
  const due = readdirSync(join(from, 'constructs')).map((file) => `constructs/${file}`)
  const done = new Set()
  for (const file of due) {
    if (done.has(file)) continue
    done.add(file)
    const text = readFileSync(join(from, file), 'utf8')
      .replaceAll(/(?<=from ')cdktn(?=')/g, library)
      .replaceAll(/(?<=from ')(\.{1,2}\/[\w./-]+)\.js(?=')/g, (_, path) => {
        const named = join(dirname(file), path)
        due.push(`${named}.d.ts`)
        const way = relative(dirname(placed(file)), placed(named))
        return `${way.startsWith('.') ? way : `./${way}`}.cjs`
      })
    const place = join(into, placed(file).replace('.d.ts', '.d.cts'))
    mkdirSync(dirname(place), { recursive: true })
    writeFileSync(place, text)
  }
}

/** The files of constructs/ themselves lie at the top. */
function placed(file) {
  return file.replace(/^constructs\//, '')
}
