/** The cells of the table's line that begins with that cell; none where there is no such line. */
export function tableRow(text: string, first: string): string[] {
  const line = text.split('\n').find((one) => one.startsWith(`${first} `)) ?? '';
  return line.trim().split(/ {2,}/);
}
