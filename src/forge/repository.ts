/** The port to the files of a repository: what it takes to propose a change of one of them. */
export interface Repository {
  /** As people call it: "acme/kyc". */
  readonly name: string
  /** The commit at the end of a branch; null if there is no such branch. */
  tip(branch: string): Promise<string | null>
  /** A file at a commit; null if there is none. */
  read(commit: string, path: string): Promise<RepositoryFile | null>
  /** The last commit that changed a file, as a branch has it that ends with `commit`. The file must be there. */
  lastChange(commit: string, path: string): Promise<string>
  /** The paths of all files below a folder at a commit, in no particular order. */
  paths(commit: string, folder: string): Promise<readonly string[]>
  /** Throws ForgeError of the kind `invalid` if there is such a branch. */
  createBranch(name: string, commit: string): Promise<void>
  /** One commit at the end of a branch. Throws ForgeError of the kind `invalid` if the file there is another one by now. */
  replace(branch: string, file: Replaced, commit: CommitText): Promise<void>
}

export interface RepositoryFile {
  readonly bytes: Buffer
  /** Names this content of the file, for a later `replace`. */
  readonly revision: string
}

interface Replaced {
  readonly path: string
  /** What the file is before. */
  readonly revision: string
  readonly bytes: Buffer
}

export interface CommitText {
  readonly message: string
  readonly author: { readonly name: string; readonly email: string }
}

/** A path in an address: its parts are encoded, the slashes between them are not. */
export function inAddress(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
