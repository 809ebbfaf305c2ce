import { resolve } from 'node:path'
import { type Jobs, jobFiles, jobsFile } from '../../src/app/setup/ci-jobs.js'
import { usualManager } from '../../src/app/setup/package-manager.js'
import type { Repository } from '../../src/app/setup/repository.js'
import { ownPackage } from '../../src/cli/program/own-package.js'

/** A repository that is its project, and has a lock file of npm. */
const AT_THE_ROOT: Repository = {
  root: resolve('/repository'),
  project: '',
  packages: '',
  lock: '',
  hasLock: true,
  manager: usualManager,
  isManagerFixed: false,
}

/** The jobs of a project, as they are written into its repository. */
export function jobsText(more: Partial<Jobs> & Pick<Jobs, 'forge'>): string {
  const jobs: Jobs = {
    project: 'acme-kyc',
    configFile: 'flows.config.yaml',
    target: { name: 'live', keyVariable: 'FLOWS_LIVE_KEY' },
    branch: 'main',
    repository: AT_THE_ROOT,
    isBuilt: false,
    ...more,
  }
  return jobFiles(jobs, ownPackage)[jobsFile(jobs)] ?? ''
}
