import { inflateRawSync } from 'node:zlib';

/** unzip returns the files of a ZIP archive by name, read from its directory at the end. */
function unzip(archive: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error('this is no ZIP archive');
  let at = archive.readUInt32LE(end + 16);
  for (let n = archive.readUInt16LE(end + 10); n > 0; n--) {
    const [packed, name, extra, comment] = [
      archive.readUInt32LE(at + 20),
      archive.readUInt16LE(at + 28),
      archive.readUInt16LE(at + 30),
      archive.readUInt16LE(at + 32),
    ];
    const local = archive.readUInt32LE(at + 42);
    const begin = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const content = archive.subarray(begin, begin + packed);
    const stored = archive.readUInt16LE(at + 10) === 0;
    files.set(
      archive.toString('utf8', at + 46, at + 46 + name),
      (stored ? content : inflateRawSync(content)).toString('utf8'),
    );
    at += 46 + name + extra + comment;
  }
  return files;
}

const plain = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#34;', '"')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

/** rowsOf returns the cells of the first sheet of an Excel file as they are stored: a time is a number of days. */
export function rowsOf(file: Buffer): string[][] {
  const xml = unzip(file).get('xl/worksheets/sheet1.xml');
  if (xml === undefined) throw new Error('the file has no sheet');
  return [...xml.matchAll(/<row [^>]*>(.*?)<\/row>/gs)].map(([, row]) => {
    const cells: string[] = [];
    for (const [, column, rest] of row!.matchAll(/<c r="([A-Z]+)\d+"([^>]*?(?:\/>|>.*?<\/c>))/gs)) {
      const at = [...column!].reduce((n, letter) => n * 26 + letter.charCodeAt(0) - 64, 0) - 1;
      while (cells.length < at) cells.push('');
      cells[at] = plain(/<t[^>]*>(.*?)<\/t>|<v>(.*?)<\/v>/s.exec(rest!)?.slice(1).find(Boolean) ?? '');
    }
    return cells;
  });
}

/** timeOf says the days of a cell as a table does. */
export function timeOf(cell: string): string {
  if (cell === '') return '';
  // Day 25569 of Excel is the first of 1970.
  const seconds = Math.round((Number(cell) - 25_569) * 86_400);
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
}
