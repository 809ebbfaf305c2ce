import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isFault, parseDatabaseAddress } from '../../src/store/postgres/address.js'
import { aFolder } from './stores.js'

function parsed(text: string) {
  const address = parseDatabaseAddress(text)
  if (isFault(address)) throw new Error(`${address.message} (${address.hint})`)
  return address
}

const hostsOf = (text: string) => parsed(text).servers.map(({ host, port }) => [host, port])

describe('the address of a database', () => {
  test.each([
    ['postgres://flows:secret@db.example.com/flows', 'db.example.com/flows'],
    ['postgresql://u:p%40ss@db:6432/f?sslmode=verify-full', 'db:6432/f'],
    ['postgres:///flows?host=/run/postgresql', '/run/postgresql/flows'],
    ['postgres://u:secret@a:1,[::1]:2/f', 'a:1,[::1]:2/f'],
    ['postgres://db/flows?user=u&password=secret', 'db/flows'],
    ['postgres://db/f%20g', 'db/f g'],
  ])('%s is shown without user and password', (url, label) => {
    expect(parsed(url).label).toBe(`PostgreSQL store ${label}`)
  })

  test.each([
    ['a port', 'postgres://u:p@db:6432/f', { host: 'db', port: 6432, user: 'u', password: 'p', database: 'f' }],
    ['blanks around it', ' \tpostgres://u:p@db/f \n', { host: 'db', user: 'u', password: 'p', database: 'f' }],
    [
      'a socket in its query',
      'postgres://app@/flows?host=/run/pg',
      { host: '/run/pg', user: 'app', database: 'flows' },
    ],
    ['a socket as its host', 'postgres://app@%2Frun%2Fpg/flows', { host: '/run/pg', user: 'app', database: 'flows' }],
    ['a socket in the short form', '/run/pg flows', { host: '/run/pg', database: 'flows' }],
    [
      'user, password and database in its query',
      'postgres://db?user=u&password=p&dbname=f',
      { host: 'db', user: 'u', password: 'p', database: 'f' },
    ],
    ['no database, which is then that of the user', 'postgres://u:p@db', { host: 'db', user: 'u', password: 'p' }],
    ['signs that are encoded', 'postgres://u:%2F%23%3F%40@db/f', { password: '/#?@' }],
    ['an IPv6 address', 'postgres://u@[2001:db8::1]:5433/f', { host: '2001:db8::1', port: 5433 }],
    [
      'settings for the server',
      'postgres://u@db/f?options=project%3Dx&application_name=y',
      { options: 'project=x', application_name: 'y' },
    ],
    [
      'a name to check beside the address to go to',
      'postgres://u@db/f?hostaddr=192.0.2.1&sslmode=verify-full',
      { host: '192.0.2.1', ssl: { servername: 'db' } },
    ],
    [
      'a binding to the channel',
      'postgres://u@db/f?sslmode=require&channel_binding=require',
      { ssl: {}, enableChannelBinding: true },
    ],
    [
      'parameters of other clients',
      'postgres://u@db/f?pgbouncer=true&connection_limit=1&schema=x',
      { host: 'db', database: 'f' },
    ],
    ['the word SSL for TLS', 'postgres://u@db/f?ssl=true', { ssl: true }],
    ['TLS that checks nothing', 'postgres://u@db/f?ssl=no-verify', { ssl: { rejectUnauthorized: false } }],
    [
      'TLS as libpq understands it',
      'postgres://u@db/f?uselibpqcompat=true&sslmode=require',
      { ssl: { rejectUnauthorized: false } },
    ],
    ['no TLS', 'postgres://u@db/f?ssl=false', { ssl: false }],
    ['the certificates of the system', 'postgres://u@db/f?sslrootcert=system', { ssl: {} }],
  ])('may have %s', (_what, url, expected) => {
    expect(parsed(url).servers[0]).toMatchObject(expected)
  })

  test('may name several hosts, which are tried in their order', () => {
    expect(hostsOf('postgres://u:p@a:5432,b:5433/f?sslmode=disable')).toEqual([
      ['a', 5432],
      ['b', 5433],
    ])
    expect(hostsOf('postgres://u:p@a,b/f')).toEqual([
      ['a', undefined],
      ['b', undefined],
    ])
    expect(hostsOf('postgres:///f?host=a,b&port=5432,5433&user=u')).toEqual([
      ['a', 5432],
      ['b', 5433],
    ])
    expect(hostsOf('postgres:///f?host=/run/a,b&port=5433')).toEqual([
      ['/run/a', 5433],
      ['b', 5433],
    ])
    const { servers, wanted } = parsed('postgres://u:p@a,b/f?target_session_attrs=primary&sslmode=disable')
    expect(wanted).toBe('primary')
    for (const server of servers) expect(server).toMatchObject({ user: 'u', password: 'p', database: 'f', ssl: false })
  })

  test('does not make the driver warn of what a mode of TLS may mean some day', () => {
    const warnings: unknown[] = []
    const hear = (warning: unknown) => warnings.push(warning)
    process.on('warning', hear)
    for (const mode of ['prefer', 'require', 'verify-ca']) {
      expect(parsed(`postgres://u@db/f?sslmode=${mode}`).servers[0]).toMatchObject({ ssl: {} })
    }
    process.removeListener('warning', hear)
    expect(warnings).toEqual([])
  })

  test.each([
    ['postgres://u:s3cret@db/f?sslmode=bogus', 'its sslmode has a value that does not exist'],
    ['postgres://u:s3cret@db/f?sslmode=', 'its sslmode has a value that does not exist'],
    ['postgres://u:s3cret@db/f?sslmode=REQUIRE', 'its sslmode has a value that does not exist'],
    ['postgres://u:s3cret@db/f?ssl=yes', 'its ssl has a value that does not exist'],
    ['postgres://u:s3cret@a,b/f?target_session_attrs=writer', 'its target_session_attrs has a value'],
    ['postgres://u:s3cret@db/f?channel_binding=maybe', 'its channel_binding has a value'],
    ['postgres://u:s3cret@db/f?sslnegotiation=direct&sslmode=disable', 'its sslnegotiation needs TLS'],
    ['postgres://u:s3cret@db/f?uselibpqcompat=true&sslmode=verify-ca', 'its sslmode needs a certificate'],
    ['postgres://u:s3cret@db/f?connect_timeout=soon', 'its connect_timeout is not a number of seconds'],
    ['postgres://u:s3cret@db/f?port=0', 'its port is not one'],
    ['postgres://u:s3cret@db:70000/f', 'it cannot be read'],
    ['postgres://u:s3c/ret@db/f', 'it cannot be read'],
    ['postgres://u:s3cret@a:1,b:2/f?port=1,2,3', 'another number of ports than of hosts'],
    ['postgres://u:s3cret@db/f?sslcrl=/x', 'its sslcrl is not supported'],
    ['postgres://u:s3cret@db/f?require_auth=none', 'its require_auth is not supported'],
    ['"postgres://u:s3cret@db/f"', 'it stands in quotation marks'],
    ['host=db user=u password=s3cret', 'it is written as key=value pairs'],
    ['host=/run/pg dbname=flows', 'it is written as key=value pairs'],
    ["  dbname = 'flows' host=db", 'it is written as key=value pairs'],
    ['mysql://u:s3cret@db/flows', 'it does not begin with postgres://'],
    ['u:s3cret@db/flows', 'it does not begin with postgres://'],
    ['/var/lib/store.sqlite', 'it does not begin with postgres://'],
    ['', 'it does not begin with postgres://'],
  ])('%j is refused, and nothing of it is shown', (url, message) => {
    const address = parseDatabaseAddress(url)
    expect(isFault(address) && address.message).toContain(message)
    expect(JSON.stringify(address)).not.toMatch(/s3cret|s3c|ret@/)
  })

  test('names a certificate that cannot be read', () => {
    const url = 'postgres://u:s3cret@db/f?sslmode=verify-full&sslrootcert=/nothing'
    expect(parseDatabaseAddress(url)).toMatchObject({ message: 'a file that it names cannot be read: ENOENT /nothing' })
    const file = join(aFolder(), 'ca.pem')
    writeFileSync(file, 'a certificate')
    expect(parsed(url.replace('/nothing', file)).servers[0]).toMatchObject({ ssl: { ca: 'a certificate' } })
  })
})
