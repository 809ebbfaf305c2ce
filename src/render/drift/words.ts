import { canonicalJson } from '../../model/canonical.js'
import type { DriftedFlow, DriftField, DriftReport } from '../../plan/drift.js'
import { formatTime, formatValue, plural, printable } from '../../text/text.js'

const KINDS: Readonly<Record<DriftedFlow['kind'], string>> = {
  edited: 'edited outside git',
  created: 'created outside git',
  released: 'taken out of the project outside git',
}

export function kindText({ kind, source }: DriftedFlow): string {
  return source === null ? `${KINDS[kind]}, and it has no definition` : KINDS[kind]
}

/** What the edits did to the verification, in short phrases. A new flow has nothing to compare with. */
export function effectsOf({ kind, assurance }: DriftedFlow): string[] {
  if (kind === 'created') return assurance.exposes_link ? ['exposes static link'] : []
  const { effect } = assurance
  return [
    ...(effect === 'neutral' ? [] : [effect === 'mixed' ? 'mixed: strengthened and weakened' : PAST[effect]]),
    ...(assurance.exposes_link ? ['exposed static link'] : []),
    ...(assurance.breaks_callers ? ['breaks callers'] : []),
  ]
}

const PAST = { strengthens: 'strengthened', weakens: 'weakened' } as const

/** Says if git has changed the field since, too: then pull and apply each lose one side. */
export function definedNote({ applied, defined }: DriftField, { source }: DriftedFlow): string[] {
  if (source === null || canonicalJson(applied) === canonicalJson(defined)) return []
  return [`git now says ${formatValue(defined)}`]
}

export function whoText({ by, at }: Pick<DriftField, 'by' | 'at'>): string {
  return `${by === null ? 'someone' : printable(by)}, ${formatTime(at)}`
}

export function driftSummary({ flows, managed }: DriftReport): string {
  if (flows.length === 0) return `No drift: ${plural(managed, 'flow')} as deployed, or as git says.`
  const fields = flows.reduce((sum, flow) => sum + flow.fields.length, 0)
  return `Drift: ${plural(flows.length, 'flow')}, ${plural(fields, 'field')}.`
}
