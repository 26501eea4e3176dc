import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

// Searches everything that a gateway wrote for secrets that it must never write: its callers' tokens, keys, tickets and
// planted PINs.
export class Secrets {
  planted = new Set();
  bytes = 0;
  found = [];
  plant(secret) {
    if (secret) this.planted.add(secret);
    return secret;
  }
  token(text) {
    this.plant(text.split('.')[2]); // the signature: without it a token is worth nothing
    return text;
  }
  search(text, where) {
    this.bytes += text.length;
    for (const secret of this.planted) if (text.includes(secret)) this.found.push(`${secret.slice(0, 6)}… in ${where}`);
  }
  searchFiles(folder, spared = []) {
    if (!existsSync(folder)) return; // the gateway was ended a second time
    for (const entry of readdirSync(folder, { recursive: true })) {
      const path = join(folder, entry);
      if (statSync(path).isFile() && !spared.some((name) => path.endsWith(name)))
        this.search(readFileSync(path, 'latin1'), entry);
    }
  }
}
