import { renderSVG } from 'uqr'

/** An address as a QR code, in SVG: dark on light in either theme, with the quiet zone that scanners need. */
export function qrCode(address: string): string {
  return renderSVG(address, { border: 2 })
}
