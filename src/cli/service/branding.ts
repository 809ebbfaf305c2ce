import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { resolve } from 'node:path'
import { InvalidArgumentError } from '@commander-js/extra-typings'
import { Failure } from '../../app/failure.js'
import type { PageOptions } from '../../service/http/pages/looks.js'
import type { Branding, Logo } from '../../service/pages/brand/branding.js'
import { contrastOf, ENOUGH, LIGHT, readableOn } from '../../service/pages/brand/contrast.js'
import { printable } from '../../text/text.js'
import { packageText } from '../program/package-file.js'

/** What options say about the looks of the pages for people who are verified. */
export interface BrandOptions {
  readonly brandName?: string
  /** A file. */
  readonly brandLogo?: string
  readonly brandColor?: string
  readonly brandColorTest?: string
}

/** In bytes: more than a logo needs, and little enough for every page. */
const LARGEST_LOGO = 100 * 1024

/** In characters: what fits above a page on a phone. */
const LONGEST_NAME = 60

/** The pages, with the script that comes with this package. Reads the logo; throws Failure if it cannot be used. */
export function pageOptions(options: BrandOptions, cwd: string): PageOptions {
  return { branding: brandingOf(options, cwd), script: packageText('dist/pages/page-script.js') }
}

/** Without branding. */
export function plainPages(): PageOptions {
  return pageOptions({}, '')
}

function brandingOf({ brandName, brandLogo, brandColor, brandColorTest }: BrandOptions, cwd: string): Branding {
  if (brandLogo !== undefined && brandName === undefined) {
    throw new Failure('settings_invalid', 'there is a logo without a name, and who cannot see it hears nothing', {
      hint: 'give the name, too: --brand-name',
    })
  }
  return {
    name: brandName ?? null,
    logo: brandLogo === undefined ? null : logoIn(brandLogo, cwd),
    color: brandColor ?? null,
    testColor: brandColorTest ?? null,
  }
}

export function parseBrandName(value: string): string {
  const name = value.trim()
  if (name === '' || [...name].length > LONGEST_NAME || /\p{Cc}/u.test(name)) {
    throw new InvalidArgumentError(`It is one line of 1 to ${LONGEST_NAME} characters.`)
  }
  return name
}

/** A colour that people can read on white: buttons, links and the mark of the focus have it. */
export function parseBrandColor(value: string): string {
  const [, digits] = /^#?([\da-f]{6})$/i.exec(value.trim()) ?? []
  if (digits === undefined) throw new InvalidArgumentError('Write it with six digits, in quotation marks: "#0b5bd3".')
  const color = `#${digits.toLowerCase()}`
  const contrast = contrastOf(color, LIGHT)
  if (contrast >= ENOUGH) return color
  const reached = Math.floor(contrast * 10) / 10
  throw new InvalidArgumentError(
    `Its contrast with white is ${reached}, and text needs ${ENOUGH}. This one has it: ${readableOn(color, LIGHT)}.`,
  )
}

function logoIn(file: string, cwd: string): Logo {
  const bytes = bytesOf(file, resolve(cwd, file))
  const type = typeOf(bytes)
  if (type !== undefined) return { bytes, type }
  throw new Failure('settings_invalid', `${printable(file)} is not a picture that pages can show`, {
    hint: 'a logo is a PNG, JPEG, WebP or SVG file',
  })
}

function bytesOf(file: string, path: string): Buffer {
  try {
    // Without waiting: a pipe that nobody writes to would hold up the start for ever.
    const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      if (!fstatSync(descriptor).isFile()) throw new Error('it is not a file')
      const buffer = Buffer.alloc(LARGEST_LOGO + 1)
      let length = 0
      for (let read = -1; read !== 0 && length < buffer.length; length += read) {
        read = readSync(descriptor, buffer, length, buffer.length - length, null)
      }
      if (length > LARGEST_LOGO) throw new Error(`it is larger than ${LARGEST_LOGO} bytes`)
      return buffer.subarray(0, length)
    } finally {
      closeSync(descriptor)
    }
  } catch (cause) {
    const { message } = cause as Error
    throw new Failure('settings_invalid', `the logo ${printable(file)} cannot be read: ${message}`, {
      hint: 'name a file of at most 100 kB that this user may read',
      cause,
    })
  }
}

/** By the content: an ending says nothing sure. An SVG is sent under a policy that lets nothing in it run. */
function typeOf(bytes: Buffer): string | undefined {
  const begins = (text: string, at = 0) => bytes.subarray(at, at + text.length).equals(Buffer.from(text, 'latin1'))
  if (begins('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (begins('\xff\xd8\xff')) return 'image/jpeg'
  if (begins('RIFF') && begins('WEBP', 8)) return 'image/webp'
  return isSvg(bytes.toString('utf8')) ? 'image/svg+xml' : undefined
}

/**
 * What may stand before the root of an SVG, one part after the other. A document type may declare entities in brackets:
 * drawing programs name their namespaces so. No part matches a text in two ways, so no text takes long.
 */
const BEFORE_ROOT = /\s+|<\?[^>]*>|<!--[\s\S]*?-->|<!DOCTYPE[^>[]*(?:\[[^\]]*\]\s*)?>/giy

function isSvg(text: string): boolean {
  return /^<svg[\s>]/i.test(text.replace(/^\uFEFF/, '').replace(BEFORE_ROOT, ''))
}
