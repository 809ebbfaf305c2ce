import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { aFolder } from './cli.js'
import { runHere } from './in-process.js'

/**
 * A script that is `flows` to a shell, and has the commands run in the process of the test: with the words, the folder and
 * the environment that it was called with. Answers with its text. What it asks lies in a file, since a shell cannot end
 * what it writes to a connection; where that is, and the exit code, go through the connection.
 */
export async function programInProcess(): Promise<string> {
  const folder = aFolder()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    createInterface(socket).once('line', async (name) => {
      const file = join(folder, name)
      // A fault of the tests is told as the command's, rather than waited for.
      const { code, stdout, stderr } = await ran(readFileSync(file, 'utf8').split('\0')).catch((error) => ({
        code: 70,
        stdout: '',
        stderr: String(error),
      }))
      writeFileSync(`${file}.out`, stdout)
      writeFileSync(`${file}.err`, stderr)
      socket.end(`${code}\n`)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { readonly port: number }
  return `#!/bin/bash
request="${folder}/$$"
{ printf '%s\\0' "$PWD" "$#" "$@"; env -0; } > "$request"
exec 3<> /dev/tcp/127.0.0.1/${port}
echo "$$" >&3
read -r code <&3
cat "$request.out"
cat "$request.err" >&2
exit "$code"
`
}

function ran([cwd = '', count = '', ...words]: readonly string[]) {
  const variables = words.slice(Number(count)).filter((word) => word !== '')
  const env = Object.fromEntries(
    variables.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  )
  return runHere(words.slice(0, Number(count)), { cwd, env })
}
