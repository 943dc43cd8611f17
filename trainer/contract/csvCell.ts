/**
 * Text of any origin as a cell of comma-separated values. Spreadsheets compute what begins like a formula, and formulas can send data
 * away, so such a text gets an apostrophe in front (OWASP, CSV injection).
 */
export function csvCell(text: string): string {
  const inert = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /^[\w.-]*$/.test(inert) ? inert : `"${inert.replaceAll('"', '""')}"`;
}
