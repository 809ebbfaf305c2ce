import { build } from 'esbuild'
import { expect, test } from 'vitest'

test('the fingerprint of what is cached covers all code that decides it: reading definitions and planning', async () => {
  const { fingerprintFiles } = (await import('../schemas/fingerprint.mjs' as string)) as {
    fingerprintFiles: () => string[]
  }
  const { metafile } = await build({
    entryPoints: ['src/app/project/definitions.ts', 'src/app/project/policies.ts', 'src/app/plan.ts'],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outdir: 'unused',
    metafile: true,
    write: false,
  })
  const deciding = Object.keys(metafile.inputs).filter((file) => !file.startsWith('src/validate/generated/'))
  const covered = fingerprintFiles()
  expect(deciding).toContain('src/plan/diff.ts')
  expect(deciding.filter((file) => !covered.includes(file))).toEqual([])
  expect(covered).toContain('schemas/flow.schema.json')
})
