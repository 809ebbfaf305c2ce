import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** An empty folder on the disk, which holds more than the one in memory; gone when the test has finished. */
export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'flows-install-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A package of somebody's own, with nothing in it yet. */
export function anApp(more: object = {}): string {
  const app = aFolder()
  writeFileSync(
    join(app, 'package.json'),
    `${JSON.stringify({ name: 'app', version: '1.0.0', private: true, ...more })}\n`,
  )
  return app
}
