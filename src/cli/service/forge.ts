import { InvalidArgumentError } from '@commander-js/extra-typings'
import { badUsage, Failure } from '../../app/failure.js'
import { type Definitions, definitionsIn } from '../../forge/definitions.js'
import { github } from '../../forge/github.js'
import { githubRepository } from '../../forge/github-repository.js'
import { gitlab } from '../../forge/gitlab.js'
import { gitlabRepository } from '../../forge/gitlab-repository.js'
import { keyFault } from '../../model/api-key.js'
import { KEY_PATTERN } from '../../model/flow.js'
import { addressFault } from '../../validate/address.js'
import type { Terminal } from '../program/terminal.js'
import { allOf } from './all-of.js'
import { variable } from './variables.js'

/** The token is a variable only: others can read command lines and files of settings. */
const TOKEN = 'FLOWS_FORGE_TOKEN'

/** For the docs. It can be given as a file, by its name with _FILE. */
export const FORGE_VARIABLES = [
  {
    name: TOKEN,
    what: 'token for the repository that --forge-repository names: it may write contents and pull requests',
  },
]

export const FORGES = ['github', 'gitlab'] as const

export type ProjectFolders = readonly (readonly [project: string, folder: string])[]

export interface ForgeOptions {
  readonly forge?: (typeof FORGES)[number] | undefined
  readonly forgeUrl?: string | undefined
  readonly forgeRepository?: string | undefined
  readonly forgeBranch: string
  readonly forgeFolders?: ProjectFolders | undefined
}

export const USUAL_BRANCH = 'main'

/** Somebody waits for the page: what does not answer in this time is told as such. */
const PATIENCE = { timeout: 5_000, retries: 0 }

const KINDS = {
  github: {
    web: 'https://github.com',
    hosts: /^(?:www\.)?github\.com$/,
    // GitHub's own hosts have the API on a host beside them; other ones have it below the address of the pages.
    api: (web: string) => {
      const { hostname } = new URL(web)
      return hostname === 'github.com' || hostname.endsWith('.ghe.com') ? `https://api.${hostname}` : `${web}/api/v3`
    },
    repository: /^[\w.-]+\/[\w.-]+$/,
    form: 'owner/name',
    both: (repository: string, rest: Connected) => ({
      forge: github({ repository, ...rest }),
      repository: githubRepository({ repository, ...rest }),
    }),
  },
  gitlab: {
    web: 'https://gitlab.com',
    hosts: /^(?:www\.)?gitlab\.com$/,
    api: (web: string) => `${web}/api/v4`,
    repository: /^(?:\d+|[\w.-]+(?:\/[\w.-]+)+)$/,
    form: 'group/name, or the number of the project',
    both: (project: string, rest: Connected) => ({
      forge: gitlab({ project, ...rest }),
      repository: gitlabRepository({ project, ...rest }),
    }),
  },
} as const

interface Connected {
  readonly api: string
  readonly token: string
  readonly patience: typeof PATIENCE
}

/**
 * Where the dashboard opens pull requests; undefined if nothing is set for that. The forge is not asked yet: it may be
 * away. Throws Failure with everything that is missing or wrong; the token is not shown.
 */
export function definitionsAt(options: ForgeOptions, { env }: Pick<Terminal, 'env'>): Definitions | undefined {
  const { forge: kind, forgeUrl, forgeRepository: name, forgeBranch: branch, forgeFolders: folders } = options
  const token = variable(env, TOKEN)
  const needed = [
    ['--forge', kind, `one of ${FORGES.join(', ')}`],
    ['--forge-repository', name, 'the repository with the definitions, as acme/kyc'],
    ['--forge-folders', folders, 'where each project has its definitions, as acme-kyc=flows'],
    [TOKEN, token, 'a token that may write contents and pull requests of that repository'],
  ] as const
  if (needed.every(([, value]) => value === undefined)) {
    if (forgeUrl === undefined && branch === USUAL_BRANCH) return undefined
    throw badUsage('--forge-url and --forge-branch do nothing without --forge', 'set --forge too, or leave them out')
  }
  if (kind === undefined || name === undefined || folders === undefined || token === undefined) {
    allOf(
      needed.map(([option, value, what]) => () => {
        if (value === undefined) throw badUsage(`opening pull requests needs ${option}`, `set it: ${what}`)
      }),
    )
    return undefined
  }
  const { repository: pattern, form, both } = KINDS[kind]
  if (!pattern.test(name) || name.split('/').some((part) => /^\.{1,2}$/.test(part)))
    throw badUsage('--forge-repository is not the name of a repository', `write ${form}`)
  const fault = keyFault(token)
  if (fault !== undefined) throw new Failure('settings_invalid', `the token in ${TOKEN} ${fault}`)
  const { web, api } = placesOf(kind, forgeUrl)
  const foldersOf = (project: string) => folders.filter(([one]) => one === project).map(([, folder]) => folder)
  return definitionsIn({
    ...both(name, { api, token, patience: PATIENCE }),
    web,
    branch,
    folders: new Map(folders.map(([project]) => [project, foldersOf(project)])),
  })
}

/** Where people see a forge, and where its API is. */
export function placesOf(kind: (typeof FORGES)[number], url: string | undefined) {
  const { web: usual, hosts, api } = KINDS[kind]
  const given = (url ?? usual).replace(/\/+$/, '')
  const web = hosts.test(new URL(given).hostname) ? usual : given
  return { web, api: api(web) }
}

export function parseForgeUrl(value: string): string {
  const fault = addressFault(value, 'https://github.example.com')
  if (fault !== undefined) throw new InvalidArgumentError(`It ${fault.message}: ${fault.hint}.`)
  if (/[?#]/.test(value)) throw new InvalidArgumentError('It has neither a query nor a fragment.')
  return value
}

/** As git has it (git-check-ref-format), but for names that no repository uses. */
export function parseBranch(value: string): string {
  const isName = /^[\w.+-]+(?:\/[\w.+-]+)*$/.test(value) && value.length <= 200
  if (isName && !/\.\.|^[.-]|\/\.|\.(?:lock)?(?:\/|$)/.test(value)) return value
  throw new InvalidArgumentError('It is the name of a branch, as main.')
}

/** "acme-kyc=flows,sellers=services/sellers/flows": several folders of one project are several pairs. */
export function parseFolders(value: string, before: ProjectFolders = []): ProjectFolders {
  const pairs = value.split(',').map((pair) => {
    const mark = pair.indexOf('=')
    const [project, folder] = [pair.slice(0, mark).trim(), pair.slice(mark + 1).trim()]
    if (mark < 1 || !KEY_PATTERN.test(project)) {
      throw new InvalidArgumentError('Write project=folder, with commas between.')
    }
    const names = folder.replace(/^\.\/|\/+$/g, '').split('/')
    if (folder.startsWith('/') || names.includes('..') || (names.length > 1 && names.includes(''))) {
      throw new InvalidArgumentError('A folder is named from the root of the repository, as services/kyc/flows.')
    }
    return [project, names.filter((name) => name !== '.').join('/')] as const
  })
  return [...before, ...pairs]
}
