import { quote } from '../text/quote.js'

/**
 * A message without the free text that it quotes: the text may come from a sensitive variable, and a provider cannot
 * know. Terraform shows the line beside the message.
 */
export function withoutText(message: string, text: unknown): string {
  return message.replace(quote(text), () => 'the text').replace(/begins with \S+\/\//, 'does not begin with https://')
}
