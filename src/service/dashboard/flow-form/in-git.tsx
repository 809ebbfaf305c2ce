/** What there is to do, or was done, about the definition of a flow at a forge. */
export interface InGit {
  /** The forge, as people call it. */
  readonly label: string
  /** Why nothing was opened, or why the file could not be read. */
  readonly fault: string | null
  /** Of the answer. */
  readonly status: number
  /** Names the difference that is shown, so that a pull request is of what somebody saw; null if there is nothing to open. */
  readonly seen: string | null
  readonly opened: Opened | null
}

interface Opened {
  readonly number: number
  readonly url: string | null
  readonly isNew: boolean
}

/** Above the form: what became of asking for a pull request. */
export function InGitNotice({ of: { label, fault, opened } }: { readonly of: InGit }) {
  if (fault !== null) {
    return (
      <p class="alert alert-danger wide" role="alert">
        {fault}
      </p>
    )
  }
  if (opened === null) return null
  const name = `Pull request ${opened.number} at ${label}`
  return (
    <p class="alert alert-success wide" role="status">
      {opened.url === null ? name : <a href={opened.url}>{name}</a>}{' '}
      {opened.isNew
        ? 'is open, with this edit. Nothing changes here before it is merged and applied.'
        : 'has this edit already.'}
    </p>
  )
}

/** Opens a pull request with the edit that is shown. */
export function ProposeButton({ of: { label, seen } }: { readonly of: InGit }) {
  if (seen === null) return null
  return (
    <>
      <input type="hidden" name="seen" value={seen} />
      <button class="btn btn-primary" type="submit" name="do" value="propose">
        Open a pull request at {label}
      </button>
    </>
  )
}
