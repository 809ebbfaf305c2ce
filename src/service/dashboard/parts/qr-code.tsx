interface Props {
  /** Made by the service itself, of an address: SVG. */
  readonly of: string
  readonly label: string
}

/** An address to be opened with a phone. */
export function QrCode({ of, label }: Props) {
  return <figure class="qr" role="img" aria-label={label} dangerouslySetInnerHTML={{ __html: of }} />
}
