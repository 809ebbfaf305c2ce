import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pageOptions, parseBrandColor, parseBrandName } from '../../src/cli/service/branding.js'
import { aFolder } from '../helpers/cli.js'

const PNG = Buffer.from('\x89PNG\r\n\x1a\n...', 'latin1')

/** As drawing programs write it. */
const DRAWN = `<?xml version="1.0" encoding="utf-8"?>
<!-- Generator: a drawing program -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [
  <!ENTITY ns_svg "http://www.w3.org/2000/svg">
  <!ENTITY ns_xlink "http://www.w3.org/1999/xlink">
]>
<svg version="1.1" xmlns="&ns_svg;" xmlns:xlink="&ns_xlink;"/>`

describe('the branding of flows serve', () => {
  test('is plain without settings, and has the script', () => {
    const { branding, script } = pageOptions({}, '/')
    expect(branding).toEqual({ name: null, logo: null, color: null, testColor: null })
    expect(script).toContain('getUserMedia')
  })

  test.each([
    ['image/png', PNG],
    ['image/jpeg', Buffer.from('\xff\xd8\xff\xe0', 'latin1')],
    ['image/webp', Buffer.from('RIFF....WEBPVP8 ', 'latin1')],
    [
      'image/svg+xml',
      Buffer.from('\uFEFF<?xml version="1.0"?>\n<!-- a logo -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'),
    ],
    ['image/svg+xml', Buffer.from(DRAWN)],
    // Many parts take no longer than their length.
    ['image/svg+xml', Buffer.from(`${'<!---->'.repeat(10_000)}<svg >`)],
  ])('takes a logo by its content: %s', (type, bytes) => {
    const cwd = aFolder({})
    writeFileSync(join(cwd, 'logo'), bytes)
    expect(pageOptions({ brandName: 'Acme', brandLogo: 'logo' }, cwd).branding.logo).toEqual({ bytes, type })
  })

  test.each([
    ['none.png', {}, 'the logo none.png cannot be read: ENOENT'],
    ['.', {}, 'cannot be read: it is not a file'],
    ['comments.svg', { 'comments.svg': '<!---->'.repeat(14_000) }, 'comments.svg is not a picture'],
    ['type.svg', { 'type.svg': `<!doctype svg${' '.repeat(90_000)}` }, 'type.svg is not a picture'],
    ['entity.svg', { 'entity.svg': '<!doctype svg [ <!ENTITY a "b"> <svg >' }, 'entity.svg is not a picture'],
    ['large.svg', { 'large.svg': `<svg>${' '.repeat(100 * 1024)}</svg>` }, 'it is larger than 102400 bytes'],
    ['page.svg', { 'page.svg': '<!doctype html><html><svg></svg></html>' }, 'page.svg is not a picture'],
    ['empty.png', { 'empty.png': '' }, 'empty.png is not a picture'],
  ])('refuses a logo that cannot be shown: %s', (brandLogo, files, message) => {
    const cwd = aFolder(files)
    expect(() => pageOptions({ brandName: 'Acme', brandLogo }, cwd)).toThrow(message)
  })

  test.skipIf(process.platform === 'win32')(
    'refuses a pipe as logo, and does not wait for somebody to write to it',
    () => {
      const cwd = aFolder({})
      execFileSync('mkfifo', [join(cwd, 'pipe.svg')])
      expect(() => pageOptions({ brandName: 'Acme', brandLogo: 'pipe.svg' }, cwd)).toThrow('it is not a file')
    },
  )

  test('asks for a name with the logo', () => {
    expect(() => pageOptions({ brandLogo: 'logo.png' }, aFolder({ 'logo.png': '' }))).toThrow('a logo without a name')
  })

  test('takes a colour that can be read on white, and names the nearest one for another', () => {
    expect([parseBrandColor('#7A1F5C'), parseBrandColor('767676')]).toEqual(['#7a1f5c', '#767676'])
    expect(() => parseBrandColor('#ffd400')).toThrow(
      /^Its contrast with white is 1.4, and text needs 4.5. This one has it: #[\da-f]{6}\.$/,
    )
    const [, mended = ''] = /(#[\da-f]{6})\.$/.exec(messageOf(() => parseBrandColor('#ffd400'))) ?? []
    expect(parseBrandColor(mended)).toBe(mended)
    for (const wrong of ['red', '#fff', '#12345g', '']) {
      expect(() => parseBrandColor(wrong)).toThrow('Write it with six digits')
    }
  })

  test.each(['', ' ', 'a'.repeat(61), 'two\nlines'])('refuses the name %j', (name) => {
    expect(() => parseBrandName(name)).toThrow('one line of 1 to 60 characters')
  })
})

function messageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return (error as Error).message
  }
  return ''
}
