/** What Terraform tells a plugin in its environment when it starts it. */
export interface Invitation {
  /** PEM of the certificate with which Terraform will call; null where it asks for no encryption. */
  readonly clientCertificate: string | null
  /** Where the socket is to lie; null for the folder of temporary files. */
  readonly socketFolder: string | null
}

/** Why this is no start by a Terraform that can use this plugin, and where that is to be said. */
export interface Refusal {
  /** Terraform shows its users nothing of an end so early but what was on stdout. */
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

/** The line that tells Terraform where to call, and which certificate it will meet there. */
export function handshakeLine(socket: string, certificate: Uint8Array | null): string {
  const base64 = certificate === null ? '' : Buffer.from(certificate).toString('base64').replace(/=+$/, '')
  return ['1', PROTOCOL, 'unix', socket, 'grpc', base64].join('|')
}

/** No secret: it tells a start by Terraform from one by hand. */
const MAGIC_COOKIE = 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2'
const PROTOCOL = '6'
