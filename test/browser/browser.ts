import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import { chromium } from 'playwright-core'
import { onTestFinished } from 'vitest'

/** As root there is no sandbox; and nothing is to be looked up outside: the tests talk to this machine only. */
const ARGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // A picture that moves, in place of a camera; and nobody is asked for it.
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
]

/** A browser: the one that CHROMIUM_PATH names, Debian's, or the one that comes with the packages. */
export async function launch(): Promise<Browser> {
  const installed = [process.env.CHROMIUM_PATH, '/usr/bin/chromium'].find((path) => path && existsSync(path))
  return chromium.launch({ executablePath: installed ?? (await packaged()), args: ARGS })
}

/** Whoever of this run comes first unpacks it. Others wait: what is half written does not start. */
async function packaged(): Promise<string> {
  const { default: Chromium } = await import('@sparticuz/chromium')
  const [lock, ready] = [join(tmpdir(), 'chromium.lock'), join(tmpdir(), 'chromium.ready')]
  try {
    mkdirSync(lock)
    await Chromium.executablePath()
    writeFileSync(ready, '')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    while (!existsSync(ready)) await setTimeout(100)
  }
  return Chromium.executablePath()
}

/** A fresh profile, until the test ends. */
export async function aContext(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext(options)
  onTestFinished(() => context.close())
  return context
}
