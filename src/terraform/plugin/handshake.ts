/** What Terraform passes to a plugin in its environment at the start. */
export interface Invitation {
  /** PEM of the certificate that Terraform will call with; null if it does not ask for encryption. */
  readonly clientCertificate: string | null
  /** The folder for the socket; null for the folder of temporary files. */
  readonly socketFolder: string | null
}

/** Why this was not started by a Terraform that can use this plugin, and where to say so. */
export interface Refusal {
  /** If a plugin ends this early, Terraform shows only its stdout. */
  readonly on: 'stdout' | 'stderr'
  readonly message: string
}

type Environment = { readonly [name: string]: string | undefined }

export function readInvitation(environment: Environment): Invitation | Refusal {
  if (environment.TF_PLUGIN_MAGIC_COOKIE !== MAGIC_COOKIE) {
    return {
      on: 'stderr',
      message:
        'This is a provider for Terraform, which starts it by itself. `flows terraform install` puts it where Terraform finds it.',
    }
  }
  const versions = environment.PLUGIN_PROTOCOL_VERSIONS?.split(',')
  if (versions !== undefined && !versions.includes(PROTOCOL)) {
    return { on: 'stdout', message: `This provider needs Terraform 1.0 or newer (plugin protocol ${PROTOCOL}).` }
  }
  return {
    clientCertificate: environment.PLUGIN_CLIENT_CERT || null,
    socketFolder: environment.PLUGIN_UNIX_SOCKET_DIR || null,
  }
}

/** The line with the address to call, and the certificate that Terraform will see there. */
export function handshakeLine(socket: string, certificate: Uint8Array | null): string {
  const base64 = certificate === null ? '' : Buffer.from(certificate).toString('base64').replace(/=+$/, '')
  return ['1', PROTOCOL, 'unix', socket, 'grpc', base64].join('|')
}

/** Not a secret: it distinguishes a start by Terraform from one by hand. */
const MAGIC_COOKIE = 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2'
const PROTOCOL = '6'
