/** A text as one word of a shell, whatever is in it: in single quotes, which nothing but another one ends. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
