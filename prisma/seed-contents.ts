/** What is in a dataset of the demo. Values as they are kept: numbers as decimal text. */
export interface Contents {
  readonly fields: readonly DemoField[];
  readonly rows: readonly Readonly<Record<string, string | boolean>>[];
  readonly views: readonly DemoView[];
}

interface DemoField {
  readonly key: string;
  readonly name: string;
  readonly type: 'TEXT' | 'LONG_TEXT' | 'NUMBER' | 'BOOLEAN' | 'DATE' | 'CHOICE' | 'EMAIL';
  readonly helpText?: string;
  readonly choices?: readonly string[];
}

interface DemoView {
  readonly name: string;
  readonly filter?: { readonly field: string; readonly equals: string | boolean };
  readonly orderBy: readonly { readonly field: string; readonly direction: 'ASC' | 'DESC' }[];
  readonly shown?: readonly string[];
}

const EVERYTHING: DemoView = { name: 'Everything', orderBy: [] };

const SUPPLIER_LINES = `
Norderney Nuts|Germany|Moin Meier|moin@norderney.example|30|4.5|approved
Zoë’s Zippers|Netherlands|Zoë de Vries|zoe@zippers.example|14|12.75|approved
Łódź Linen|Poland|Łucja Łuk|lucja@lodz-linen.example|45|8.2|on trial
東京 Tools|Japan|佐藤 美咲|misaki@tokyo-tools.example|60|19.99|approved
Šibenik Ship Parts|Croatia|Šime Šarić|sime@sibenik.example|30|240|blocked
Ålesund Anchors|Norway|Åse Aas|ase@alesund.example|30|310.5|approved
تجارة النيل|Egypt|ليلى حسن|layla@nile-trade.example|21|3.1|on trial
Cork Corks|Ireland|Cormac Cork|cormac@corks.example|14|0.08|approved
Bolts & Bolts|United Kingdom|Bob Bolt|bob@bolts.example|7|0.35|approved
Fjord Felt|Norway|Frida Foss|frida@felt.example|30|6.4|on trial
Granada Glue|Spain|Graciela Gil|graciela@glue.example|21|2.2|blocked
Helsinki Hinges|Finland|Heikki Hill|heikki@hinges.example|30|5.6|approved`;

/** A supplier a line: name, country, contact, e-mail, days to pay, lowest price, state. */
export const SUPPLIERS: Contents = {
  fields: [
    { key: 'name', name: 'Name', type: 'TEXT', helpText: 'As it stands on the invoice.' },
    { key: 'country', name: 'Country', type: 'TEXT' },
    { key: 'contact', name: 'Contact', type: 'TEXT' },
    { key: 'eMail', name: 'E-mail', type: 'EMAIL' },
    { key: 'daysToPay', name: 'Days to pay', type: 'NUMBER' },
    { key: 'lowestPrice', name: 'Lowest price', type: 'NUMBER', helpText: 'In euros.' },
    {
      key: 'state',
      name: 'State',
      type: 'CHOICE',
      choices: ['on trial', 'approved', 'blocked'],
    },
  ],
  rows: lines(SUPPLIER_LINES, [
    'name',
    'country',
    'contact',
    'eMail',
    'daysToPay',
    'lowestPrice',
    'state',
  ]),
  views: [
    EVERYTHING,
    {
      name: 'Approved, dearest first',
      filter: { field: 'state', equals: 'approved' },
      orderBy: [{ field: 'lowestPrice', direction: 'DESC' }],
      shown: ['name', 'lowestPrice', 'daysToPay'],
    },
  ],
};

export const ORDERS: Contents = {
  fields: [
    { key: 'number', name: 'Number', type: 'TEXT' },
    { key: 'supplier', name: 'Supplier', type: 'TEXT' },
    { key: 'ordered', name: 'Ordered', type: 'DATE' },
    { key: 'amount', name: 'Amount', type: 'NUMBER', helpText: 'In euros.' },
    { key: 'paid', name: 'Paid', type: 'BOOLEAN' },
    { key: 'remark', name: 'Remark', type: 'LONG_TEXT' },
  ],
  rows: Array.from({ length: 120 }, (_, at) => ({
    number: `PO-${String(at + 1).padStart(4, '0')}`,
    supplier: String(SUPPLIERS.rows[at % SUPPLIERS.rows.length]?.['name']),
    ordered: new Date(Date.UTC(2026, 0, 5 + 2 * at)).toISOString().slice(0, 10),
    amount: String(((at * 7919) % 50_000) / 4),
    paid: at % 3 !== 0,
    ...(at % 10 === 9 && { remark: 'Delivered in two parts.' }),
  })),
  views: [
    EVERYTHING,
    {
      name: 'To be paid',
      filter: { field: 'paid', equals: false },
      orderBy: [{ field: 'ordered', direction: 'ASC' }],
    },
  ],
};

export const SALARIES: Contents = {
  fields: [
    { key: 'person', name: 'Person', type: 'TEXT' },
    { key: 'salary', name: 'Salary', type: 'NUMBER' },
  ],
  rows: lines('Ada|5200\nMira|4800\nVera|4650.5', ['person', 'salary']),
  views: [EVERYTHING],
};

export const REACTORS: Contents = {
  fields: [
    { key: 'name', name: 'Name', type: 'TEXT' },
    { key: 'megawatts', name: 'Megawatts', type: 'NUMBER' },
  ],
  rows: lines('Number One|900\nNumber Two|1150', ['name', 'megawatts']),
  views: [EVERYTHING],
};

function lines(text: string, keys: readonly string[]): Record<string, string>[] {
  const filled = text.split('\n').filter((line) => line !== '');
  return filled.map((line) =>
    Object.fromEntries(line.split('|').map((value, at) => [keys[at] ?? '', value])),
  );
}
