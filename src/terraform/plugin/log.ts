type Level = 'debug' | 'info' | 'warn' | 'error'

/**
 * A line for Terraform's log, which people see with TF_LOG. Terraform reads the time only with six decimals.
 */
export function logLine(level: Level, message: string, more: { readonly [name: string]: unknown }, now: Date): string {
  return `${JSON.stringify({
    ...more,
    '@level': level,
    '@message': message,
    '@module': 'provider',
    '@timestamp': now.toISOString().replace('Z', '000Z'),
  })}\n`
}
