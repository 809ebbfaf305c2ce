import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Definitions, readDefinitions } from '../../src/app/project/definitions.js'
import { loadProject, type Project } from '../../src/app/project/project.js'
import type { Diagnostic } from '../../src/model/diagnostic.js'

const CONFIG = `project: acme-kyc
environments:
  local: {}
  live: { mode: live, api: https://flows.example.com, api_key_env: FLOWS_LIVE_KEY }
`

export type Files = Readonly<Record<string, string | Buffer>>

/** Absolute path of a new folder with these files and, unless they hold one, a configuration; gone after the test. */
export function temporaryProject(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'flows-test-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  writeFiles(root, { 'flows.config.yaml': CONFIG, ...files })
  return root
}

export function writeFiles(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

/** The project of a folder whose configuration is valid. */
export function projectAt(root: string): Project {
  const { project, diagnostics } = loadProject(join(root, 'flows.config.yaml'))
  if (project === undefined) throw new Error(diagnostics.map(brief).join('\n'))
  return project
}

export function readAt(root: string, options?: { cache?: boolean }): Definitions {
  return readDefinitions(projectAt(root), options)
}

/** "flows/a.yaml:2:7 UNKNOWN_VALUE": what tests hold on to. Wording may change. */
export function brief({ at, code }: Diagnostic): string {
  return `${at.file}:${at.line}:${at.column} ${code}`
}

/** What is wrong with these files, briefly. */
export function faultsOf(files: Files): string[] {
  return readAt(temporaryProject(files), { cache: false }).diagnostics.map(brief)
}
