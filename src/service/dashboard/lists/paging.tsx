/** A page of a list: the addresses of the pages beside it, if there are any. */
export interface Paging {
  readonly newer: string | null
  readonly older: string | null
  /** What leads to them, where the order is another one. */
  readonly words?: readonly [newer: string, older: string]
}

export function Pages({ of: { newer, older, words = ['Newer', 'Older'] } }: { readonly of: Paging }) {
  if (newer === null && older === null) return null
  return (
    <nav aria-label="Parts of the list" class="paging">
      {newer !== null && (
        <a class="btn" href={newer} rel="prev">
          {words[0]}
        </a>
      )}
      {older !== null && (
        <a class="btn" href={older} rel="next">
          {words[1]}
        </a>
      )}
    </nav>
  )
}
