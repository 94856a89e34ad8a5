/**
 * A text as a cell of a CSV file (RFC 4180). What a spreadsheet would run as a formula gets a leading apostrophe; a cell with a comma, a quote or a line break is quoted.
 * @reference OWASP, CSV Injection.
 */
export function textCell(text: string): string {
  const s = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s;
}
