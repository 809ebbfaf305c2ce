import { readFileSync } from 'node:fs'

/** One stage of a Containerfile, as far as ours uses the format. */
export interface Stage {
  readonly name: string | undefined
  readonly from: string
  /** COPY: the stage it copies from (undefined: the repository), what, and to where. */
  readonly copies: readonly { readonly stage: string | undefined; readonly from: string; readonly to: string }[]
  readonly runs: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly workdir: string
  readonly user: string | undefined
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly health: readonly string[]
}

/** The stages of a Containerfile. Throws for an instruction that it does not know, so that nothing is overlooked. */
export function stagesOf(file: string): Stage[] {
  const stages: { -readonly [Field in keyof Stage]: Stage[Field] }[] = []
  const text = readFileSync(file, 'utf8').replaceAll('\\\n', ' ')
  for (const line of text.split('\n').filter((one) => one.trim() !== '' && !one.startsWith('#'))) {
    const [, instruction = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? []
    const stage = stages.at(-1)
    if (instruction === 'ARG' || instruction === 'EXPOSE') continue
    if (instruction === 'FROM') {
      const [from = '', , name] = rest.split(/\s+/)
      const empty = { copies: [], runs: [], env: {}, user: undefined, entrypoint: [], command: [], health: [] }
      stages.push({ name, from, workdir: '/', ...empty })
      continue
    }
    if (stage === undefined) throw new Error(`${instruction} stands before the first stage`)
    const words = rest.split(/\s+/)
    if (instruction === 'COPY') {
      const option = /^--from=(\S+)$/.exec(words[0] ?? '')?.[1]
      const [from = '', to = ''] = option === undefined ? words : words.slice(1)
      stage.copies = [...stage.copies, { stage: option, from, to }]
    } else if (instruction === 'RUN') stage.runs = [...stage.runs, rest]
    else if (instruction === 'ENV') {
      stage.env = { ...stage.env, ...Object.fromEntries(words.map((word) => word.split('=') as [string, string])) }
    } else if (instruction === 'WORKDIR') stage.workdir = rest
    else if (instruction === 'USER') stage.user = rest
    else if (instruction === 'ENTRYPOINT') stage.entrypoint = JSON.parse(rest)
    else if (instruction === 'CMD') stage.command = JSON.parse(rest)
    else if (instruction === 'HEALTHCHECK') stage.health = JSON.parse(rest.slice(rest.indexOf('CMD') + 3))
    else throw new Error(`${instruction} is not known`)
  }
  return stages
}
