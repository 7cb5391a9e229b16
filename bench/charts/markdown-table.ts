// A Markdown table as the formatter leaves it: columns padded to their widest cell.

/** The first column is aligned left, the others right. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((_, i) =>
    Math.max(3, ...[head, ...rows].map((row) => lengthOf(row[i]!))),
  );
  const line = (row: readonly string[]): string => {
    const cells = row.map((cell, i) => {
      const space = " ".repeat(widths[i]! - lengthOf(cell));
      return i === 0 ? cell + space : space + cell;
    });
    return `| ${cells.join(" | ")} |`;
  };
  const rule = widths.map((width, i) =>
    i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [head, rule, ...rows].map(line).join("\n");
}

/** In characters, not in UTF-16 units. */
function lengthOf(cell: string): number {
  return [...cell].length;
}
