import { readFileSync } from 'node:fs'
import { badUsage } from '../../app/failure.js'
import { type FlowInState, flowsInState } from '../../synth/terraform-state.js'
import { printable } from '../../text/text.js'
import type { Cli } from '../program/command.js'
import { namedFile, noSuchFile } from './named-file.js'

const HOW = 'run terraform show -json > state.json, and give that file'

/** The flows in a file that `terraform show -json` has written. */
export function readTerraformState(cli: Cli, file: string): readonly FlowInState[] {
  let shown: unknown
  try {
    shown = JSON.parse(readFileSync(namedFile(cli, file), 'utf8'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') throw noSuchFile(cli, file, HOW)
    if (code === 'EISDIR') throw badUsage(`${printable(file)} is a folder`, HOW)
    if (!(error instanceof SyntaxError)) throw error
  }
  const flows = flowsInState(shown)
  if (flows === undefined) {
    throw badUsage(`${file} is not what terraform show -json prints`, HOW)
  }
  if (flows.length === 0)
    throw badUsage(`${file} holds no flow`, 'run terraform show -json where the flows are applied')
  return flows
}
