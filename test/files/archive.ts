import { deflateRawSync } from 'node:zlib';

export interface Part {
  readonly name: string;
  readonly content: string | Buffer;
  /** What the archive says of the size, if not the truth. */
  readonly declared?: number;
  readonly flags?: number;
  readonly isStored?: boolean;
}

const SHEET = 'xl/worksheets/sheet1.xml';
const NAMESPACE = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** A zip archive with its parts in this order. */
export function archive(parts: readonly Part[], isZip64 = false): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content, declared, flags = 0, isStored = false } of parts) {
    const plain = Buffer.from(content);
    const packed = isStored ? plain : deflateRawSync(plain);
    const size = declared ?? plain.length;
    const common = fields([
      [2, 20],
      [2, flags],
      [2, isStored ? 0 : 8],
      [4, 0],
      [4, 0],
      [4, isZip64 ? 0xffffffff : packed.length],
      [4, isZip64 ? 0xffffffff : size],
      [2, Buffer.byteLength(name)],
    ]);
    const wide = [
      fields([[2, 1]]),
      fields([[2, 24]]),
      ...[size, packed.length, offset].map(wideOf),
    ];
    const extra = isZip64 ? Buffer.concat(wide) : Buffer.alloc(0);
    local.push(fields([[4, 0x04034b50]]), common, fields([[2, 0]]), Buffer.from(name), packed);
    central.push(
      fields([
        [4, 0x02014b50],
        [2, 20],
      ]),
      common,
      fields([
        [2, extra.length],
        [2, 0],
        [2, 0],
        [2, 0],
        [4, 0],
        [4, isZip64 ? 0xffffffff : offset],
      ]),
      Buffer.from(name),
      extra,
    );
    offset = Buffer.concat(local).length;
  }
  const directory = Buffer.concat(central);
  const end = fields([
    [4, 0x06054b50],
    [4, 0],
    [2, parts.length],
    [2, parts.length],
    [4, directory.length],
    [4, offset],
    [2, 0],
  ]);
  return Buffer.concat([...local, directory, end]);
}

/** A workbook of one sheet with these rows in XML. */
export function workbook(rows: string, others: readonly Part[] = []): readonly Part[] {
  const sheet = `<worksheet xmlns="${NAMESPACE}"><sheetData>${rows}</sheetData></worksheet>`;
  return [
    {
      name: 'xl/workbook.xml',
      content: `<workbook xmlns="${NAMESPACE}" xmlns:r="${RELATIONS}"><sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content: `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`,
    },
    {
      name: 'xl/styles.xml',
      content: `<styleSheet xmlns="${NAMESPACE}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>`,
    },
    { name: SHEET, content: sheet },
    ...others,
  ];
}

function fields(list: readonly (readonly [width: number, value: number])[]): Buffer {
  return Buffer.concat(
    list.map(([width, value]) => {
      const bytes = Buffer.alloc(width);
      bytes.writeUIntLE(value, 0, width);
      return bytes;
    }),
  );
}

function wideOf(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
