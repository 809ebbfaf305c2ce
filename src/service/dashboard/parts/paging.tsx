/** A page of a list: the addresses of the pages beside it, if there are any. */
export interface Paging {
  readonly newer: string | null
  readonly older: string | null
}

export function Pages({ of: { newer, older } }: { readonly of: Paging }) {
  if (newer === null && older === null) return null
  return (
    <nav aria-label="Parts of the list" class="paging">
      {newer !== null && (
        <a class="btn" href={newer} rel="prev">
          Newer
        </a>
      )}
      {older !== null && (
        <a class="btn" href={older} rel="next">
          Older
        </a>
      )}
    </nav>
  )
}
