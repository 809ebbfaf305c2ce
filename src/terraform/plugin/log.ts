type Level = 'debug' | 'info' | 'warn' | 'error'

/** A line for Terraform's log, which TF_LOG shows. Terraform only reads times with six decimals. */
export function logLine(level: Level, message: string, more: { readonly [name: string]: unknown }, now: Date): string {
  return `${JSON.stringify({
    ...more,
    '@level': level,
    '@message': message,
    '@module': 'provider',
    '@timestamp': now.toISOString().replace('Z', '000Z'),
  })}\n`
}
