import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface Asset {
  readonly type: string;
  readonly content: string;
  compressed?: Promise<Buffer<ArrayBuffer>>;
}

/** What pages load: each under a name that changes with its content, so that browsers may keep it for ever. */
export class Assets {
  readonly #assets = new Map<string, Asset>();

  /** Gives the path under which it is served. */
  add(name: string, content: string): string {
    const { name: stem, ext } = parse(name);
    const digest = createHash('sha256').update(content).digest('hex').slice(0, 16);
    const file = `${stem}-${digest}${ext}`;
    this.#assets.set(file, { type: TYPES[ext] ?? 'application/octet-stream', content });
    return `/assets/${file}`;
  }

  /** Adds a file of `src/http/browser`. */
  addFile(name: string): string {
    return this.add(name, readFileSync(new URL(`./browser/${name}`, import.meta.url), 'utf8'));
  }

  async answer(file: string, gzipped: boolean): Promise<Response | undefined> {
    const asset = this.#assets.get(file);
    if (!asset) return undefined;
    const headers = {
      'content-type': asset.type,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    };
    if (!gzipped) return new Response(asset.content, { headers });
    asset.compressed ??= compress(asset.content) as Promise<Buffer<ArrayBuffer>>;
    return new Response(await asset.compressed, {
      headers: { ...headers, 'content-encoding': 'gzip' },
    });
  }
}
