import { closed, type Schema } from './published.js'

/** A route for the machines that run the service. It needs no key, and reveals nothing about the store. */
export interface OpenRoute {
  readonly url: string
  readonly summary: string
  readonly description?: string
  readonly answer: { readonly description: string; readonly schema: Schema; readonly headers?: Schema }
  readonly notModified?: string
}

export const HEALTHZ: OpenRoute = {
  url: '/healthz',
  summary: 'Whether the server is alive, and which version of the program it is',
  answer: { description: 'It is alive.', schema: status('ok', { version: { type: 'string' } }) },
}

export const READYZ: OpenRoute = {
  url: '/readyz',
  summary: 'Whether the server should get requests',
  description:
    'Answers 503 while the server is being stopped, when its store does not answer in time, and after a write that the store could not keep, until one works.',
  answer: { description: 'It is ready.', schema: status('ready') },
}

export const OPENAPI: OpenRoute = {
  url: '/openapi.json',
  summary: 'Retrieve this document',
  answer: {
    description: 'This document.',
    schema: { type: 'object' },
    headers: { ETag: { description: 'Changes with the document.', schema: { type: 'string' } } },
  },
  notModified: 'The document is the one that If-None-Match names.',
}

export const OPEN_ROUTES: readonly OpenRoute[] = [HEALTHZ, READYZ, OPENAPI]

function status(word: string, more: Readonly<Record<string, Schema>> = {}): Schema {
  return closed({ status: { type: 'string', const: word }, ...more })
}
