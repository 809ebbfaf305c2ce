import { quote } from '../text/quote.js'

/**
 * What is said of a free text, without the text: it may come from a sensitive variable, and no provider is told which is.
 * Terraform shows the line beside the message.
 */
export function withoutText(message: string, text: unknown): string {
  return message.replace(quote(text), () => 'the text').replace(/begins with \S+\/\//, 'does not begin with https://')
}
