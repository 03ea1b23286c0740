/** One address or network a line; blank lines and doubles fall away. Pure. */
export function networksIn(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter(Boolean))];
}
