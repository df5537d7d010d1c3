/** lineRange is where a line (from 1) of a text begins and ends, for selecting it. */
export function lineRange(text: string, line: number): { from: number; to: number } {
  const lines = text.split('\n');
  const index = Math.min(Math.max(line, 1), lines.length) - 1;
  const from = lines.slice(0, index).reduce((sum, { length }) => sum + length + 1, 0);
  return { from, to: from + (lines[index]?.length ?? 0) };
}

/**
 * ownLadders is a text of built-in ladders as a site may begin with it: their
 * ids are taken, and those of the site come first.
 */
export function ownLadders(text: string): string {
  return text.replaceAll(
    /^(\s*- id: )(\S+)$/gm,
    (_, start: string, id: string) => `${start}${`own-${id}`.slice(0, 40)}`,
  );
}
